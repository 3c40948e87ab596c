-- One parameter of a new session; {{parameter}} is our own word, {{value}} a literal. One each: so the grammar has it.
ALTER SESSION SET {{parameter}} = {{value}};
