/** Column types as BigQuery's API names them; what DuckDB and Snowflake make of them is the renderer's matter. */
export const fieldTypes = [
  "STRING",
  "BYTES",
  "INTEGER",
  "FLOAT",
  "NUMERIC",
  "BIGNUMERIC",
  "BOOLEAN",
  "DATE",
  "DATETIME",
  "TIME",
  "TIMESTAMP",
  "JSON",
  "RECORD",
] as const;

export type FieldType = (typeof fieldTypes)[number];

/** One column or member of a shard, in the form of BigQuery's API (names of types normalised: never `INT64`). */
export interface Field {
  name: string;
  type: FieldType;
  mode: "NULLABLE" | "REPEATED" | "REQUIRED";
  /** Only and always where `type` is `RECORD`. */
  fields?: Field[];
}

/**
 * One column of a lake file. `json` marks text that holds one JSON object or array (key-value columns, lists
 * with key-values below); warehouses store it as such.
 */
export interface Column extends Field {
  json?: "object" | "array";
}
