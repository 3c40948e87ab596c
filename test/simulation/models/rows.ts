import { createHash } from "node:crypto";
import type { Day } from "../../../src/days/day.ts";
import type { Field } from "../../../src/days/schema.ts";
import type { GenerationReport } from "../../../src/ports.ts";
import type { ModelRow } from "./content.ts";

const text = (name: string): Field => ({ name, type: "STRING", mode: "NULLABLE" });

/** The least that is a shard of GA4 events. */
export const baseSchema: Field[] = [
  text("event_name"),
  text("event_timestamp"),
  {
    name: "event_params",
    type: "RECORD",
    mode: "REPEATED",
    fields: [
      text("key"),
      { name: "value", type: "RECORD", mode: "NULLABLE", fields: [text("string_value")] },
    ],
  },
];

/** A later schema, with one more column. */
export const grownSchema: Field[] = [...baseSchema, text("platform")];

/** Row `number` of a day; `edition` is what a restatement changes. */
export function buildModelRow(day: Day, number: number, edition: number): ModelRow {
  return { id: hashRow(`${day} ${number}`), value: `${number}.${edition}` };
}

const hashes = new Map<string, string>();

/** The same few rows come in every schedule. */
function hashRow(name: string): string {
  const known = hashes.get(name);
  if (known !== undefined) return known;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 32);
  hashes.set(name, hash);
  return hash;
}

/** The row rules of the simulation: of rows with one id the smallest value stays. */
export function settleRows(rows: readonly ModelRow[]): {
  written: ModelRow[];
  duplicates: GenerationReport["balance"]["duplicates"];
} {
  const winners = new Map<string, ModelRow>();
  for (const row of rows) {
    const known = winners.get(row.id);
    if (known === undefined || row.value < known.value) winners.set(row.id, row);
  }
  const removed = rows.length - winners.size;
  const equal = rows.filter((row) => winners.get(row.id)!.value === row.value).length - winners.size;
  return { written: [...winners.values()], duplicates: { exact: equal, conflicting: removed - equal } };
}
