import type { Column, Field, FieldType } from "../days/schema.ts";
import { identifier } from "./render.ts";

/** NUMERIC is 38 digits, 9 of them after the point; BIGNUMERIC does not fit DuckDB's 38 digits and stays text. */
const scalarTypes: Record<Exclude<FieldType, "RECORD">, string> = {
  STRING: "VARCHAR",
  BYTES: "BLOB",
  INTEGER: "BIGINT",
  FLOAT: "DOUBLE",
  NUMERIC: "DECIMAL(38,9)",
  BIGNUMERIC: "VARCHAR",
  BOOLEAN: "BOOLEAN",
  DATE: "DATE",
  DATETIME: "TIMESTAMP",
  TIME: "TIME",
  TIMESTAMP: "TIMESTAMP WITH TIME ZONE",
  JSON: "VARCHAR",
};

/** The DuckDB type of a column as it stands in Parquet files: nested STRUCTs and lists, JSON as text. */
export function renderType(field: Field): string {
  const element = field.type === "RECORD" ? renderStruct(field.fields ?? []) : scalarTypes[field.type];
  return field.mode === "REPEATED" ? `${element}[]` : element;
}

function renderStruct(fields: readonly Field[]): string {
  return `STRUCT(${fields.map((field) => `${identifier(field.name).sql} ${renderType(field)}`).join(", ")})`;
}

/** The DuckDB type of a column in the warehouse: as in the files, but JSON text becomes JSON. */
export function renderTableType(column: Column): string {
  return column.json ? "JSON" : renderType(column);
}
