import { createHash } from "node:crypto";
import type { Family } from "../../src/days/families.ts";
import type { Field } from "../../src/days/schema.ts";
import type { Exact } from "./exact-json.ts";
import { collectPairs, type ExactRow, liftValue, renderPairs } from "./expected-row.ts";

/** The formula of `event_id`, version 1, a second time: in TypeScript, one source row at a time. */
export function computeEventId(family: Family, schema: readonly Field[], row: ExactRow): string {
  const { columns, join } = family.identity;
  const parts = columns.map((name) => renderPart(row[name] ?? null));
  if (join && (row[join.whenNull] ?? null) === null) {
    const field = schema.find((candidate) => candidate.name === join.column);
    const pairs = field ? liftValue(family, join.column, field, row[join.column] ?? []) : collectPairs([]);
    parts.push(field ? renderPart(renderPairs(pairs)) : "n");
  }
  return createHash("sha256").update(parts.join(""), "utf8").digest("hex").slice(0, 32);
}

/** Length in bytes, colon, text; `n` for null. Identities hold strings and integers only. */
function renderPart(value: Exact): string {
  if (value === null) return "n";
  if (typeof value !== "string" && typeof value !== "bigint")
    throw new Error(`no text for a ${typeof value}`);
  const text = String(value);
  return `${Buffer.byteLength(text)}:${text}`;
}

/** The day checksum: sum of the first 12 hex digits of each id. */
export function sumEventIds(ids: readonly string[]): string {
  return ids.reduce((sum, id) => sum + BigInt(`0x${id.slice(0, 12)}`), 0n).toString();
}
