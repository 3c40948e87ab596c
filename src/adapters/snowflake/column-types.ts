import type { Column, FieldType } from "../../days/schema.ts";
import { fragment, identifier, type SqlFragment } from "../../sql/render.ts";

/**
 * NUMBER has 38 digits at most, and their share after the point cannot be changed later; BIGNUMERIC and JSON stay the
 * text that they are in the files.
 */
const scalarTypes: Record<FieldType, string> = {
  STRING: "VARCHAR",
  BYTES: "BINARY",
  INTEGER: "NUMBER(38, 0)",
  FLOAT: "FLOAT",
  NUMERIC: "NUMBER(38, 9)",
  BIGNUMERIC: "VARCHAR",
  BOOLEAN: "BOOLEAN",
  DATE: "DATE",
  DATETIME: "TIMESTAMP_NTZ(6)",
  TIME: "TIME(6)",
  TIMESTAMP: "TIMESTAMP_LTZ(6)",
  JSON: "VARCHAR",
  RECORD: "OBJECT",
};

/** The Snowflake type of a column. What lies inside OBJECT and ARRAY is not declared: members grow without DDL. */
export function renderColumnType(column: Column): string {
  if (column.json !== undefined) return column.json === "object" ? "OBJECT" : "ARRAY";
  return column.mode === "REPEATED" ? "ARRAY" : scalarTypes[column.type];
}

/**
 * The column's value, read from a row of a file.
 * @param inFile the column as the file has it: of another number type where the table was widened meanwhile
 */
export function renderColumnValue(source: SqlFragment, column: Column): SqlFragment {
  const type = renderColumnType(column);
  const value = `${source.sql}:${identifier(column.name).sql}`;
  return fragment(column.json === undefined ? `${value}::${type}` : `PARSE_JSON(${value}::VARCHAR)::${type}`);
}

/** How Snowflake names types back: without the default lengths, `NUMBER(38, 0)` for `NUMBER(38,0)`. */
export function normalizeType(described: string): string {
  const [, name = "", sizes] = /^([A-Z_ ]+?)(?:\((.*)\))?$/.exec(described.trim()) ?? [];
  if (/^(VARCHAR|TEXT|STRING|CHAR)$/.test(name)) return "VARCHAR";
  if (/^(BINARY|OBJECT|ARRAY|VARIANT)$/.test(name)) return name;
  if (/^(FLOAT|DOUBLE|REAL)$/.test(name)) return "FLOAT";
  return sizes === undefined ? name : `${name}(${sizes.replace(/\s*,\s*/g, ", ")})`;
}
