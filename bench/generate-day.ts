import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { openDatabase } from "../src/adapters/duckdb/database.ts";
import { buildShardSchema } from "../src/generate/eras.ts";
import { fragment, identifier, join as joinFragments, literal, renderSql } from "../src/sql/render.ts";
import { readStatement } from "../src/sql/statements.ts";
import { sql } from "../src/sql/template.ts";
import { renderType } from "../src/sql/types.ts";

/** All columns that GA4 exports in 2026. */
export const schema = buildShardSchema("ga4_events", "2026", "daily");

/** Share of rows that are copies of others. */
const copies = 0.005;
/** Changes whenever the generator does, so that no old file is measured. */
const generatorVersion = 1;

/**
 * Makes the day's Parquet file where it is not there yet.
 * @returns its path
 */
export async function generateDay(folder: string, rows: number): Promise<string> {
  const path = join(folder, `ga4-day-${rows}-v${generatorVersion}.parquet`);
  if (existsSync(path)) return path;
  await mkdir(folder, { recursive: true });
  const target = `${path}.partial`;
  const database = await openDatabase({ threads: 4, spill: join(folder, "spill") });
  try {
    for (const statement of renderGenerator(target, rows)) await database.run(statement);
  } finally {
    database.close();
  }
  await rename(target, path);
  return path;
}

function renderGenerator(target: string, rows: number): string[] {
  const columns = schema.map((field) => {
    const name = identifier(field.name);
    return sql`${name}::${fragment(renderType(field))} AS ${name}`;
  });
  const values = {
    rows: literal(rows),
    copies: literal(Math.round(rows * copies)),
    columns: joinFragments(columns, ",\n    "),
    target: literal(target),
    row_group_rows: literal(122_880),
  };
  return renderSql(readStatement("duckdb/bench/generate-day"), values).split(/;\n\n/);
}
