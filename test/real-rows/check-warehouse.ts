import { openDatabase } from "../../src/adapters/duckdb/database.ts";
import { identifier } from "../../src/sql/render.ts";
import { compareExact, renderDifference, type Tally } from "./compare.ts";
import type { ExactRow } from "./expected-row.ts";
import { toExactRow } from "./read-parquet.ts";

/** All rows of one relation of a warehouse file, once no task has it open. */
export async function readRelation(path: string, schema: string, relation: string): Promise<ExactRow[]> {
  const database = await openDatabase({ path, readOnly: true, threads: 2 });
  try {
    const rows = await database.rows(`SELECT * FROM ${identifier(schema).sql}.${identifier(relation).sql}`);
    return rows.map(toExactRow);
  } finally {
    database.close();
  }
}

/**
 * Compares each value of each warehouse row with the lake's. Days from before a column or member came have null
 * there; nothing else may differ, and JSON columns are the same text.
 */
export function checkRelation(lake: readonly ExactRow[], found: readonly ExactRow[], tally: Tally): string[] {
  const expected = new Map(lake.map((row) => [row.event_id, row]));
  const problems = found.flatMap((row) => {
    tally.rows += 1;
    const differences = compareExact("", expected.get(row.event_id ?? null), row, tally);
    expected.delete(row.event_id ?? null);
    return differences
      .filter((one) => !(one.expected === undefined && one.actual === null))
      .map((one) => `${String(row.event_id)} ${renderDifference(one)}`);
  });
  return [...problems, ...[...expected.keys()].map((id) => `${String(id)} is not there`)];
}
