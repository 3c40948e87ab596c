import type { Family, KeyValueList } from "../../src/days/families.ts";
import type { Field } from "../../src/days/schema.ts";
import { type Exact, isRecord, renderExact } from "./exact-json.ts";

/**
 * The row rules a second time, in TypeScript and one row at a time, written from the design alone: what the lake must
 * hold for one source row. Shares nothing with the SQL.
 */
export type ExactRow = Record<string, Exact>;

/** Brings a row as BigQuery writes it to the types of the schema; a member that nobody declared is an error. */
export function readRow(schema: readonly Field[], row: Exact): ExactRow {
  if (!isRecord(row)) throw new Error(`a row is no object: ${renderExact(row)}`);
  const undeclared = Object.keys(row).find((name) => !schema.some((field) => field.name === name));
  if (undeclared) throw new Error(`${undeclared} is not declared`);
  return Object.fromEntries(schema.map((field) => [field.name, readField(field, row[field.name] ?? null)]));
}

function readField(field: Field, value: Exact): Exact {
  if (field.mode !== "REPEATED") return value === null ? null : readScalar(field, value);
  if (value === null) return [];
  if (!Array.isArray(value)) throw new Error(`${field.name} is no list`);
  return value.map((item) => readScalar(field, item));
}

function readScalar(field: Field, value: Exact): Exact {
  switch (field.type) {
    case "RECORD":
      return readRow(field.fields ?? [], value);
    case "INTEGER":
      if (typeof value === "bigint") return value;
      return BigInt(value as string);
    case "FLOAT":
      return Number(value);
    default:
      return value;
  }
}

const slots = ["string_value", "int_value", "float_value", "double_value"];

/** What becomes of one column: lists of pairs become objects wherever they stand, the rest stays as it is. */
export function liftValue(family: Family, path: string, field: Field, value: Exact): Exact {
  const pairs = family.keyValues.find((list) => list.path === path);
  if (pairs) return liftPairs(pairs, value as ExactRow[]);
  if (field.type !== "RECORD" || value === null) return value;
  const lift = (row: Exact) => liftMembers(family, path, field.fields ?? [], row as ExactRow);
  return Array.isArray(value) ? value.map(lift) : lift(value);
}

function liftMembers(family: Family, path: string, fields: readonly Field[], row: ExactRow): ExactRow {
  return Object.fromEntries(
    fields.map((field) => [
      field.name,
      liftValue(family, `${path}.${field.name}`, field, row[field.name] ?? null),
    ]),
  );
}

function liftPairs({ key, value }: KeyValueList, pairs: readonly ExactRow[]): Exact {
  return collectPairs(pairs.map((pair) => [pair[key] ?? null, liftSlots(pair[value] ?? null)]));
}

/** One object of all pairs; a key that occurs twice holds its values in the order of their texts. */
export function collectPairs(pairs: readonly (readonly [Exact, Exact])[]): Exact {
  const values = new Map<string, Exact[]>();
  for (const [key, value] of pairs) {
    const name = key === null ? "" : String(key);
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  const entries = [...values].map(([name, [first, ...others]]): [string, Exact] => {
    if (others.length === 0) return [name, first!];
    return [name, [first!, ...others].toSorted((a, b) => compareBytes(renderExact(a), renderExact(b)))];
  });
  return Object.fromEntries(entries);
}

function liftSlots(value: Exact): Exact {
  if (!isRecord(value)) return value;
  const set = slots.filter((slot) => (value[slot] ?? null) !== null);
  if (set.length > 1) return Object.fromEntries(set.map((slot) => [slot, value[slot]!]));
  return set[0] === undefined ? null : value[set[0]]!;
}

/** The text of a key-value column: pairs in the order of their bytes. */
export function renderPairs(value: Exact): string {
  if (!isRecord(value)) return renderExact(value);
  const pairs = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${renderExact(member)}`);
  return `{${pairs.toSorted(compareBytes).join(",")}}`;
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
