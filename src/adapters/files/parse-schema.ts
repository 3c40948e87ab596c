import type { Field, FieldType } from "../../days/schema.ts";

/** Names that BigQuery's API, its SQL and its tools use for one type. */
const types: Record<string, FieldType> = {
  STRING: "STRING",
  BYTES: "BYTES",
  INTEGER: "INTEGER",
  INT64: "INTEGER",
  FLOAT: "FLOAT",
  FLOAT64: "FLOAT",
  NUMERIC: "NUMERIC",
  BIGNUMERIC: "BIGNUMERIC",
  BOOLEAN: "BOOLEAN",
  BOOL: "BOOLEAN",
  DATE: "DATE",
  DATETIME: "DATETIME",
  TIME: "TIME",
  TIMESTAMP: "TIMESTAMP",
  JSON: "JSON",
  RECORD: "RECORD",
  STRUCT: "RECORD",
};

const modes = ["NULLABLE", "REPEATED", "REQUIRED"] as const;

export type ParsedSchema = { fields: Field[] } | { issues: string[] };

/**
 * Parses a schema in the form of BigQuery's API: a list of fields, or what holds it (`{ fields }`, the answer of
 * `bq show --format=json`). Spellings of types are normalised, other members (description, policy tags) dropped.
 * @returns the fields, or all issues, each naming its column
 */
export function parseSchema(value: unknown): ParsedSchema {
  const issues: string[] = [];
  const fields = parseFields(unwrap(value), "the schema", issues);
  return issues.length > 0 ? { issues } : { fields };
}

function unwrap(value: unknown): unknown {
  if (!isObject(value)) return value;
  return isObject(value.schema) ? value.schema.fields : value.fields;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseFields(value: unknown, where: string, issues: string[]): Field[] {
  if (!Array.isArray(value) || value.length === 0) {
    issues.push(`${where} is not a list of fields`);
    return [];
  }
  const seen = new Set<string>();
  return value.flatMap((item) => parseField(item, where, seen, issues) ?? []);
}

function parseField(value: unknown, where: string, seen: Set<string>, issues: string[]): Field | null {
  if (!isObject(value) || typeof value.name !== "string" || value.name === "") {
    issues.push(`${where} has a field without a name`);
    return null;
  }
  const path = where === "the schema" ? value.name : `${where}.${value.name}`;
  if (seen.has(value.name.toLowerCase())) issues.push(`${path} is there twice`);
  seen.add(value.name.toLowerCase());
  const type = parseName(value.type, types);
  const mode = modes.find((candidate) => candidate === String(value.mode ?? "NULLABLE").toUpperCase());
  if (type === undefined)
    issues.push(`${path} has the type ${JSON.stringify(value.type)}, which is not known`);
  if (mode === undefined)
    issues.push(`${path} has the mode ${JSON.stringify(value.mode)}, which is not known`);
  if (type === undefined || mode === undefined) return null;
  if (type !== "RECORD") return { name: value.name, type, mode };
  return { name: value.name, type, mode, fields: parseFields(value.fields, path, issues) };
}

function parseName(value: unknown, names: Record<string, FieldType>): FieldType | undefined {
  const name = String(value).toUpperCase();
  return Object.hasOwn(names, name) ? names[name] : undefined;
}
