import { expect, test } from "vitest";
import { createBigQueryCalls } from "../../../src/adapters/bigquery/client.ts";
import { withExtractedParts } from "../../../src/adapters/bigquery/read/extracting-engine.ts";
import { ShardliftError } from "../../../src/errors.ts";
import type { DayExtract, Engine } from "../../../src/ports.ts";
import { putTable } from "../../doubles/bigquery/change-world.ts";
import { findTable } from "../../doubles/bigquery/world.ts";
import { day } from "../../support/builders.ts";
import { hearWarnings } from "../../support/hear-warnings.ts";
import { buildOptions, dataset, project } from "../bigquery/bigquery-world.ts";
import { bucket, buildDay, createReadWorld, open, type ReadWorld, table } from "./read-world.ts";

const other = "events_20261121";

const query = `
  SELECT 'page_view' AS event_name, i AS event_timestamp, []::STRUCT("key" VARCHAR, "value" STRUCT(
    string_value VARCHAR, int_value BIGINT, float_value DOUBLE, double_value DOUBLE))[] AS event_params
  FROM range(5) AS r(i)`;

/** An engine elsewhere: it is handed days, and says of each that it failed, or was lifted by somebody. */
function createFarEngine(ends: "lifted" | "failed") {
  const handed: DayExtract[] = [];
  const engine: Engine = {
    name: "far",
    daysAtOnce: 8,
    async *extract(days) {
      for (const { day, family, ...rest } of days) {
        handed.push({ day, family, ...rest });
        const report = {} as never;
        yield ends === "lifted" ? { day, family, report } : { day, family, error: "lost", generation: null };
      }
    },
  };
  return { engine, handed };
}

async function createWorld(): Promise<ReadWorld> {
  const world = await createReadWorld();
  world.double.world.rowsPerFile = 2;
  for (const name of [table, other]) await world.writeQuery(name, query);
  return world;
}

async function extract(world: ReadWorld, engine: Engine, tables: readonly string[] = [table, other]) {
  const bigQuery = buildOptions(world.double, { clock: world.clock });
  const again = <T>(work: () => Promise<T>) => work();
  const place = { bucket, prefix: "shardlift" };
  const options = { bigQuery, ask: createBigQueryCalls(bigQuery), again, place };
  const far = withExtractedParts(engine, { extract: options, clock: world.clock });
  const days = await Promise.all(
    tables.map(async (name) => {
      const shard = await open(world.source, name);
      return {
        ...buildDay({ shard, prefix: `${name}/` }),
        day: day(name.replace(/.*(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3")),
      };
    }),
  );
  const outcomes = [];
  const context = { signal: new AbortController().signal, onRows: () => {} };
  for await (const outcome of far.extract(days, context)) outcomes.push(outcome);
  return outcomes;
}

const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
const objectsOf = ({ double }: ReadWorld) => [...double.world.buckets.get(bucket)!.objects.entries()];

test("an engine elsewhere is handed objects of extract jobs, in the generation that they have", async () => {
  const world = await createWorld();
  const { engine, handed } = createFarEngine("failed");

  await extract(world, engine);

  const expected = objectsOf(world).map(([name, { body, generation }]) => ({
    path: `gs://${bucket}/${name}`,
    format: "parquet",
    bytes: body.length,
    etag: String(generation),
  }));
  expect(expected.length).toBe(6);
  const found = handed.flatMap(({ shard }) => shard.parts);
  expect(found.toSorted(byPath)).toEqual(expected.toSorted(byPath));
});

test("whoever comes back is handed the same objects, and they go when the day is lifted", async () => {
  const world = await createWorld();
  const lost = createFarEngine("failed");
  const well = createFarEngine("lifted");

  await extract(world, lost.engine);
  await extract(world, well.engine);

  expect(well.handed.map(({ shard }) => shard.parts)).toEqual(lost.handed.map(({ shard }) => shard.parts));
  expect(objectsOf(world)).toEqual([]);
});

test("of thirty days whose jobs run at once, the one that fails is told of, the others are lifted", async () => {
  const world = await createWorld();
  const inside = world.double.world;
  const { files, schema, rows, bytes } = findTable(inside, project, dataset, table);
  const tables = Array.from(
    { length: 30 },
    (_, index) => `events_202611${String(index + 1).padStart(2, "0")}`,
  );
  for (const name of tables)
    putTable(inside, { project, dataset, table: name }, { files, schema, rows, bytes });
  inside.fates.push({
    table: new RegExp(other),
    error: { reason: "accessDenied", message: "no" },
    at: "run",
    times: 1,
  });
  const { engine, handed } = createFarEngine("lifted");
  const warnings = hearWarnings();

  const outcomes = await extract(world, engine, tables);

  const failed = outcomes.filter((outcome) => "error" in outcome);
  expect(failed).toEqual([
    { day: "2026-11-21", family: "ga4_events", error: expect.any(ShardliftError), generation: null },
  ]);
  expect(outcomes).toHaveLength(30);
  expect(handed.map(({ day }) => day)).toEqual(
    tables.filter((name) => name !== other).map((name) => `2026-11-${name.slice(-2)}`),
  );
  expect(objectsOf(world)).toEqual([]);
  expect(await warnings.heard()).toEqual([]);
});
