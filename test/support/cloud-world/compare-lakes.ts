import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Database, openDatabase } from "../../../src/adapters/duckdb/database.ts";
import { literal } from "../../../src/sql/render.ts";

export interface LakeComparison {
  days: number;
  rows: number;
  /** Days in one lake only, and rows with anything that differs, in words. */
  differences: string[];
}

/**
 * Compares what the heads of a family name in two lakes, all values of all rows but the generation's id, as multisets.
 * @param family folder of pipeline and family below a lake's root: `web-shop/ga4_events`
 */
export async function compareLakes(
  [here, there]: readonly [string, string],
  family: string,
): Promise<LakeComparison> {
  const [ours, theirs] = [
    await readGenerations(join(here, family)),
    await readGenerations(join(there, family)),
  ];
  const compared: LakeComparison = { days: 0, rows: 0, differences: [] };
  const database = await openDatabase({ threads: 2 });
  try {
    for (const day of new Set([...ours.keys(), ...theirs.keys()].sort())) {
      const [left, right] = [ours.get(day), theirs.get(day)];
      if (left === undefined || right === undefined) {
        compared.differences.push(`${family} ${day} is in one lake only`);
        continue;
      }
      const found = await compareDay(database, left, right);
      compared.days += 1;
      compared.rows += found.rows;
      if (found.differing > 0) compared.differences.push(`${family} ${day}: ${found.differing} rows differ`);
    }
  } finally {
    database.close();
  }
  return compared;
}

/** Folders of the current generations by day. */
async function readGenerations(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(join(folder, "_heads"))).filter((name) =>
    /^\d{4}-\d\d-\d\d\.json$/.test(name),
  );
  const entries = names.map(async (name) => {
    const { generation } = JSON.parse(await readFile(join(folder, "_heads", name), "utf8"));
    const day = name.slice(0, -".json".length);
    return [day, join(folder, `day=${day}`, `generation=${generation}`)] as const;
  });
  return new Map(await Promise.all(entries));
}

async function compareDay(
  database: Database,
  left: string,
  right: string,
): Promise<{ rows: number; differing: number }> {
  const rows = (folder: string) =>
    `SELECT * EXCLUDE (_generation) FROM read_parquet(${literal(join(folder, "*.parquet")).sql}, hive_partitioning = false)`;
  const [found] = await database.rows(`
    SELECT (SELECT count(*) FROM (${rows(left)})) AS "rows",
      (SELECT count(*) FROM (${rows(left)} EXCEPT ALL ${rows(right)}))
      + (SELECT count(*) FROM (${rows(right)} EXCEPT ALL ${rows(left)})) AS differing`);
  return { rows: Number(found?.rows), differing: Number(found?.differing) };
}
