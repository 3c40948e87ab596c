import { type Column, fieldTypes } from "../../days/schema.ts";

/**
 * What a column is in BigQuery's words, `items REPEATED RECORD as JSON array`. It stands in the column's comment:
 * Snowflake's own types cannot tell, and it changes with the column itself, in one statement.
 */
export function renderColumnComment({ name, type, mode, json }: Column): string {
  return `${name} ${mode === "REPEATED" ? "REPEATED " : ""}${type}${json ? ` as JSON ${json}` : ""}`;
}

const form = /^(.+?) (REPEATED )?([A-Z]+)(?: as JSON (object|array))?$/;

/** @returns null where the comment is not one of ours, or of another column. Members are not told. */
export function parseColumnComment(comment: string, upperName: string): Column | null {
  const [, name = "", repeated, type, json] = form.exec(comment) ?? [];
  const known = fieldTypes.find((candidate) => candidate === type);
  if (known === undefined || name.toUpperCase() !== upperName) return null;
  return {
    name,
    type: known,
    mode: repeated === undefined ? "NULLABLE" : "REPEATED",
    ...(known === "RECORD" && json === undefined ? { fields: [] } : {}),
    ...(json === "object" || json === "array" ? { json } : {}),
  };
}
