import type { Column, FieldType } from "../../days/schema.ts";

/** A type as Hive and Athena have it. */
export type HiveType =
  | { kind: "scalar"; name: string }
  | { kind: "array"; element: HiveType }
  | { kind: "struct"; members: HiveMember[] };

/** One column, or one member of a struct. */
export interface HiveMember {
  name: string;
  type: HiveType;
}

/**
 * As Athena reads what DuckDB wrote: JSON and BIGNUMERIC are text in the files, and both kinds of time stamps have one
 * type. null: Athena's tables have no such type.
 */
const scalarTypes: Record<Exclude<FieldType, "RECORD">, string | null> = {
  STRING: "string",
  BYTES: "binary",
  INTEGER: "bigint",
  FLOAT: "double",
  NUMERIC: "decimal(38,9)",
  BIGNUMERIC: "string",
  BOOLEAN: "boolean",
  DATE: "date",
  DATETIME: "timestamp",
  TIME: null,
  TIMESTAMP: "timestamp",
  JSON: "string",
};

/** @returns null where Athena has no type for it, or for something below it. Names are lower-cased, as Glue does. */
export function buildHiveType(column: Column): HiveType | null {
  const element = column.type === "RECORD" ? buildStruct(column.fields ?? []) : buildScalar(column.type);
  if (element === null) return null;
  return column.mode === "REPEATED" ? { kind: "array", element } : element;
}

function buildScalar(type: Exclude<FieldType, "RECORD">): HiveType | null {
  const name = scalarTypes[type];
  return name === null ? null : { kind: "scalar", name };
}

function buildStruct(fields: readonly Column[]): HiveType | null {
  const members: HiveMember[] = [];
  for (const field of fields) {
    const type = buildHiveType(field);
    if (type === null) return null;
    members.push({ name: field.name.toLowerCase(), type });
  }
  return members.length === 0 ? null : { kind: "struct", members };
}

export function renderHiveType(type: HiveType): string {
  switch (type.kind) {
    case "scalar":
      return type.name;
    case "array":
      return `array<${renderHiveType(type.element)}>`;
    case "struct":
      return `struct<${type.members.map((one) => `${one.name}:${renderHiveType(one.type)}`).join(",")}>`;
    default:
      return type satisfies never;
  }
}

/** Reads a type as a catalog gives it back. What is neither array nor struct is a scalar under its own text. */
export function parseHiveType(text: string): HiveType {
  const tight = text.replaceAll(/\s+/g, "").toLowerCase();
  const [, outer, inner = ""] = /^(array|struct)<(.*)>$/.exec(tight) ?? [];
  if (outer === "array") return { kind: "array", element: parseHiveType(inner) };
  if (outer === "struct") return { kind: "struct", members: splitMembers(inner).map(parseMember) };
  return { kind: "scalar", name: tight };
}

function parseMember(text: string): HiveMember {
  const colon = text.indexOf(":");
  return { name: text.slice(0, colon), type: parseHiveType(text.slice(colon + 1)) };
}

/** At commas outside all brackets. */
function splitMembers(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const character of text) {
    if ("<(".includes(character)) depth += 1;
    if (">)".includes(character)) depth -= 1;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts;
}
