import { createHash } from "node:crypto";
import type { Family } from "../../src/days/families.ts";
import type { Field } from "../../src/days/schema.ts";
import { expectedText, floatText, type Json } from "./json-text.ts";

/** Formula version 1 a second time, from docs/event-id.md alone. */
export function canonicalText(family: Family, schema: readonly Field[], row: Record<string, Json>): string {
  const { columns, join } = family.identity;
  const find = (name: string) => schema.find((candidate) => candidate.name === name);
  const parts = columns.map((name) => (find(name) ? prefixed(row[name] ?? null) : "n"));
  if (join && (row[join.whenNull] ?? null) === null) {
    const field = find(join.column);
    parts.push(
      field ? prefixed(expectedText(family.keyValues, join.column, field, row[join.column] ?? null)) : "n",
    );
  }
  return parts.join("");
}

export function eventId(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex").slice(0, 32);
}

function prefixed(value: Json): string {
  if (value === null) return "n";
  const text = typeof value === "number" ? floatText(value) : String(value);
  return `${Buffer.byteLength(text, "utf8")}:${text}`;
}
