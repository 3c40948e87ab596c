import { readStatement } from "../../../../src/sql/statements.ts";
import { readTokens } from "../sql/tokens.ts";

/** What may stand in a place of a statement. */
const shapes = {
  name: '"(?:[^"]|"")+"',
  qualified: String.raw`"(?:[^"]|"")+"(?:\."(?:[^"]|"")+"){0,2}`,
  names: '"(?:[^"]|"")+"(?:, "(?:[^"]|"")+")*',
  text: String.raw`'(?:[^'\\]|''|\\[\s\S])*'`,
  texts: String.raw`'(?:[^'\\]|''|\\[\s\S])*'(?:, '(?:[^'\\]|''|\\[\s\S])*')*`,
  value: String.raw`'(?:[^'\\]|''|\\[\s\S])*'|\d+|TRUE|FALSE`,
  stage: String.raw`@"(?:[^"]|"")+"(?:\."(?:[^"]|"")+"){0,2}(?:/[A-Za-z0-9_=.\-/]*)?`,
  word: "[A-Z_]+",
  type: String.raw`[A-Z_]+(?:\(\d+(?:, ?\d+)?\))?`,
  clustering: String.raw`(?:CLUSTER BY \("_DAY"\))?`,
  protection: String.raw`(?:WITH MASKING POLICY "(?:[^"]|"")+"(?:\."(?:[^"]|"")+"){0,2})?`,
  digits: String.raw`\d+`,
  sql: String.raw`[\s\S]+?`,
} as const;

type Shape = keyof typeof shapes;

/** By the place's name; where a statement means something else by it, by both. */
const places: Record<string, Shape> = {
  all: "qualified",
  arn: "text",
  clustering: "clustering",
  cold: "qualified",
  column: "name",
  columns: "sql",
  comment: "text",
  condition: "sql",
  counts: "sql",
  database: "qualified",
  day: "text",
  days: "qualified",
  digest: "text",
  files: "qualified",
  "copy files": "texts",
  "verify/copy-known files": "texts",
  "infer-columns files": "texts",
  format: "qualified",
  "infer-columns format": "text",
  hot: "qualified",
  id: "digits",
  integration: "qualified",
  ledger: "qualified",
  location: "text",
  locations: "texts",
  lock: "qualified",
  name: "name",
  names: "names",
  "create-cold-view names": "sql",
  parameter: "word",
  path: "text",
  paths: "texts",
  policy: "qualified",
  prefix: "text",
  public_key: "text",
  protection: "protection",
  readers: "qualified",
  relation: "qualified",
  role: "qualified",
  role_arn: "text",
  schema: "qualified",
  seconds: "digits",
  stage: "stage",
  "bootstrap/create-stage stage": "qualified",
  "bootstrap/grant-stage stage": "qualified",
  table: "qualified",
  "list-files table": "text",
  transaction: "text",
  type: "type",
  url: "text",
  user: "qualified",
  value: "value",
  values: "sql",
  warehouse: "qualified",
  wide: "name",
};

export interface Pattern {
  /** File below sql/snowflake, without `.sql`. */
  name: string;
  /** @returns what stands in each place; null where the text is not this statement */
  match(sql: string): Record<string, string> | null;
}

/** The strict pattern of one file: its text, letter by letter, with a shape in each place. */
export function readPattern(name: string): Pattern {
  const template = readStatement(`snowflake/${name}`);
  const parts = template.split(/\{\{([a-z_]+)\}\}/);
  const found = parts.filter((_, index) => index % 2 === 1);
  const source = parts
    .map((part, index) => (index % 2 === 0 ? quotePattern(part) : `(${shapes[findShape(name, part)]})`))
    .join("");
  const pattern = new RegExp(`^${source};?$`);
  return {
    name,
    match(sql) {
      const values = pattern.exec(sql.trim())?.slice(1);
      return values === undefined ? null : collect(name, found, values);
    },
  };
}

function findShape(name: string, place: string): Shape {
  const shape = places[`${name} ${place}`] ?? places[place];
  if (shape === undefined)
    throw new Error(`the double does not know what stands in {{${place}}} of ${name}.sql`);
  return shape;
}

/** A place that stands twice must hold the same twice; free SQL must be whole: no bracket open, no statement's end. */
function collect(
  name: string,
  found: readonly string[],
  values: readonly string[],
): Record<string, string> | null {
  const filled: Record<string, string> = {};
  for (const [index, place] of found.entries()) {
    const value = values[index] ?? "";
    if (filled[place] !== undefined && filled[place] !== value) return null;
    if (findShape(name, place) === "sql" && !isWhole(value)) return null;
    filled[place] = value;
  }
  return filled;
}

function isWhole(sql: string): boolean {
  let depth = 0;
  for (const { kind, text } of readTokens(sql)) {
    if (kind !== "sign") continue;
    if (text === "(") depth += 1;
    if (text === ")") depth -= 1;
    if (text === ";" || depth < 0) return false;
  }
  return depth === 0;
}

function quotePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
