/** What tests of extract jobs look at, and bring about, in the cloud world's BigQuery. */
import { existsSync } from "node:fs";
import { rename, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Database, openDatabase } from "../../src/adapters/duckdb/database.ts";
import { literal } from "../../src/sql/render.ts";
import type { BucketState } from "../doubles/bigquery/world.ts";
import { extractsLakePrefix } from "../support/cloud-world/cloud-config.ts";
import { type CloudGoogle, extractsBucket } from "../support/cloud-world/cloud-google.ts";
import type { CloudWorld } from "../support/cloud-world/cloud-world.ts";

/** Goes beyond what a JavaScript number holds. */
export const largeInteger = 9218924040658817653n;

export function findGoogle({ google }: CloudWorld): CloudGoogle {
  if (google === null) throw new Error("a world without BigQuery");
  return google;
}

/** The lake of the environment `extracts`, as the stand-in for S3 keeps it. */
export function findExtractsLake({ lakeFolder }: CloudWorld): string {
  return join(dirname(lakeFolder), extractsLakePrefix);
}

export function findBucket(world: CloudWorld): BucketState {
  return findGoogle(world).bigQuery.world.buckets.get(extractsBucket)!;
}

export interface Removal {
  day: string;
  /** Whether the day had a head by then. */
  hasHead: boolean;
}

/** Objects that are removed from now on, by the days of their tables; each table of this world has one. */
export function watchRemovals(world: CloudWorld, family: string): Removal[] {
  const { jobs } = findGoogle(world).bigQuery.world;
  const { objects } = findBucket(world);
  const removals: Removal[] = [];
  const remove = objects.delete.bind(objects);
  objects.delete = (name) => {
    const [, job] = [...jobs].find(([key]) => name.includes(key.slice(key.lastIndexOf(".") + 1)))!;
    const table = job.job.configuration!.extract!.sourceTable!.tableId!;
    const day = table.replace(/.*_(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3");
    const head = join(findExtractsLake(world), family, "_heads", `${day}.json`);
    removals.push({ day, hasHead: existsSync(head) });
    return remove(name);
  };
  return removals;
}

/** Google restates a table: as many rows, with a large integer in all of them. */
export async function restateTable(world: CloudWorld, dataset: string, table: string): Promise<void> {
  const path = join(world.folder, "source", dataset, `${table}.parquet`);
  const value = `{'string_value': p.value.string_value,
    'int_value': CASE WHEN p.value.int_value IS NOT NULL THEN ${largeInteger}::BIGINT END,
    'float_value': p.value.float_value, 'double_value': p.value.double_value}`;
  await withDatabase((database) =>
    database.run(`COPY (
      SELECT * REPLACE (list_transform(event_params, lambda p: {'key': p.key, 'value': ${value}}) AS event_params)
      FROM read_parquet(${literal(path).sql})) TO ${literal(`${path}.new`).sql} (FORMAT parquet)`),
  );
  await rename(`${path}.new`, path);
  // Later than what was read, whatever the disk's clock makes of it.
  const moment = new Date(world.scenario.phases[1].nowMs - 60_000);
  await utimes(path, moment, moment);
  await findGoogle(world).load(join(world.folder, "source"));
}

/** Rows of a day's current generation that hold the large integer, all digits of it. */
export async function countLarge(lake: string, day: string): Promise<number> {
  const files = join(lake, `day=${day}`, "generation=*", "*.parquet");
  const [found] = await withDatabase((database) =>
    database.rows(`SELECT count(*) AS "rows" FROM read_parquet(${literal(files).sql}, hive_partitioning = false)
      WHERE event_params::VARCHAR LIKE '%${largeInteger}%'`),
  );
  return Number(found?.rows);
}

async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase({ threads: 1 });
  try {
    return await work(database);
  } finally {
    database.close();
  }
}
