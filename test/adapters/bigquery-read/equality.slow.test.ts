import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { generateShard } from "../../../src/adapters/duckdb/generator.ts";
import { createFilesSource } from "../../../src/adapters/files/source.ts";
import type { FamilyName } from "../../../src/days/families.ts";
import { identifier, literal } from "../../../src/sql/render.ts";
import { renderType } from "../../../src/sql/types.ts";
import { compareFiles, same } from "../../glue/compare-days.ts";
import { missingData, sharedPath } from "../../real-rows/data-files.ts";
import { type DataSet, dataSets, type SourceTable } from "../../real-rows/data-sets.ts";
import { day } from "../../support/builders.ts";
import { dataset } from "../bigquery/bigquery-world.ts";
import { createReadWorld, lift, open, type ReadWorld, reportOf, type TransportName } from "./read-world.ts";

const transports: TransportName[] = ["extract", "storage-read"];
const familyNames: FamilyName[] = [
  ...(["ga4_events", "firebase_events", "ga360_sessions"] as const),
  ...(["ga4_users", "ga4_pseudonymous_users"] as const),
];
let compared = 0;

afterAll(() => console.log(`BigQuery's transports: ${compared} rows compared with files`));

/** Lifts a table by both transports and as files, and compares rows both ways. @returns rows that were compared */
async function compareTable(world: ReadWorld, name: string, family: FamilyName): Promise<number> {
  const source = createFilesSource({ root: world.root });
  const files = (await source.openShard(dataset, name, "daily"))!;
  const near = reportOf(
    (await lift(world.plain, { shard: files, prefix: `files/${name}/`, family })).outcome,
  );
  for (const transport of transports) {
    const shard = await open(world.source, name);
    const engine = world.engine(transport, { partBytes: 4_000_000 });
    const far = reportOf((await lift(engine, { shard, prefix: `${transport}/${name}/`, family })).outcome);
    expect([far.checksum, far.balance, far.nonNull]).toEqual([near.checksum, near.balance, near.nonNull]);
    const found = await compareFiles(world.store, [{ ours: near.files, theirs: far.files }]);
    expect(found).toEqual({ rows: near.balance.written, ...same });
    compared += found.rows;
  }
  return near.balance.source;
}

describe("both transports bring what the generator wrote:", () => {
  test.each(familyNames)("%s", async (family) => {
    const world = await createReadWorld({ read: { rowsPerBatch: 700 } });
    world.double.world.rowsPerFile = 2_500;
    const target = { root: world.root, dataset };
    const wish = { family, day: day("2026-11-20"), rows: 6_000, parts: 2 };
    const { table } = await generateShard(wish, target);
    await world.load();

    expect(await compareTable(world, table, family)).toBeGreaterThanOrEqual(6_000);
  });
});

/** Newline JSON as the table that Google would hold. */
async function writeTable(world: ReadWorld, folder: string, { table, schema }: SourceTable): Promise<void> {
  const types = schema.map((field) => `${identifier(field.name).sql}: ${literal(renderType(field)).sql}`);
  const path = literal(join(folder, `${table}.jsonl.gz`)).sql;
  const rows = `read_json(${path}, format = 'newline_delimited', columns = {${types.join(", ")}})`;
  await world.writeQuery(table, `SELECT * FROM ${rows}`);
}

describe.skipIf(missingData !== null)(`both transports bring real rows${missingData ?? ""}:`, () => {
  test("GA4 as Parquet, all days as one table", async () => {
    const world = await createReadWorld();
    const path = sharedPath("data/malloy-samples/ga4_events_sampled.snappy.parquet");
    await world.writeQuery("events_20201101", `SELECT * FROM read_parquet(${literal(path).sql})`);

    expect(await compareTable(world, "events_20201101", "ga4_events")).toBe(dataSets.ga4Parquet.rows);
  });

  test.each<[string, DataSet]>([
    ["GA4", dataSets.ga4Json],
    ["GA360", dataSets.ga360Json],
    ["Firebase", dataSets.firebaseJson],
  ])("%s as JSON, the first day and the last", async (_, set) => {
    const world = await createReadWorld();
    const root = join(world.root, "..", "real");
    const tables = await set.write(root);
    for (const one of [tables[0]!, tables.at(-1)!]) {
      await writeTable(world, join(root, set.dataset), one);
      expect(await compareTable(world, one.table, set.family)).toBe(one.rows.length);
    }
  });
});
