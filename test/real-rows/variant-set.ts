import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseCompactDay } from "../../src/days/day.ts";
import type { Field } from "../../src/days/schema.ts";
import { parseVariantRow } from "./compare-variant.ts";
import { readLines, readSchema } from "./data-files.ts";
import type { ShardSet, SourceTable } from "./data-sets.ts";
import { type Exact, renderExact } from "./exact-json.ts";
import { type ExactRow, readRow } from "./expected-row.ts";
import { groupBy } from "./group-by.ts";

/** One row as it came out of VARIANT columns, and the table it came from. */
export interface VariantRow {
  table: string;
  row: ExactRow;
}

export async function readVariantRows(): Promise<VariantRow[]> {
  return (await readLines("ga4_snowflake.jsonl.gz")).map((line) => {
    const { _table, ...row } = parseVariantRow(line);
    return { table: String(_table).split(".")[1]!.toLowerCase(), row };
  });
}

/**
 * The rows of the other loader's copy, brought back to BigQuery's form: half of them are in no other sample, and
 * those with `items` are all among that half.
 */
export const variantSet: ShardSet = {
  family: "ga4_events",
  dataset: "ga4_variant",
  write: async (root) => {
    const folder = join(root, "ga4_variant");
    await mkdir(folder, { recursive: true });
    const schema = await readSchema("ga4_events_obfuscated_sample_2020");
    const rows = (await readVariantRows()).sort((a, b) => (a.table < b.table ? -1 : 1));
    const found = groupBy(rows, ({ table }) => table);
    return Promise.all([...found].map(([table, own]) => writeShard(folder, table, schema, own)));
  },
};

async function writeShard(
  folder: string,
  table: string,
  schema: Field[],
  variants: readonly VariantRow[],
): Promise<SourceTable> {
  const rows = variants.map(({ row }) => restoreRow(schema, row));
  await writeFile(join(folder, `${table}.jsonl`), rows.map((row) => `${renderExact(row)}\n`).join(""));
  await writeFile(join(folder, `${table}.schema.json`), JSON.stringify(schema));
  return { table, day: parseCompactDay(table.slice(-8))!, schema, rows };
}

/** Names in lower case; NaN was null. */
function restoreRow(schema: readonly Field[], row: ExactRow): ExactRow {
  const members = Object.entries(row).map(([name, value]): [string, Exact] => [
    name.toLowerCase(),
    value === "NaN" ? null : value,
  ]);
  return readRow(schema, Object.fromEntries(members));
}
