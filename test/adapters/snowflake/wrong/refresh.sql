-- A verb that is misspelt.
ALTER EXTERNAL TABLE t REFRSH 'x/';
