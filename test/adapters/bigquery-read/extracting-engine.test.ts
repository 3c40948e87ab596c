import { expect, test } from "vitest";
import { createBigQueryCalls } from "../../../src/adapters/bigquery/client.ts";
import { withExtractedParts } from "../../../src/adapters/bigquery/read/extracting-engine.ts";
import type { DayExtract, Engine } from "../../../src/ports.ts";
import { day } from "../../support/builders.ts";
import { buildOptions } from "../bigquery/bigquery-world.ts";
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

async function extract(world: ReadWorld, engine: Engine) {
  const bigQuery = buildOptions(world.double, { clock: world.clock });
  const again = <T>(work: () => Promise<T>) => work();
  const place = { bucket, prefix: "shardlift" };
  const options = { bigQuery, ask: createBigQueryCalls(bigQuery), again, place };
  const far = withExtractedParts(engine, { extract: options, clock: world.clock });
  const first = buildDay({ shard: await open(world.source), prefix: "a/" });
  const second = buildDay({ shard: await open(world.source, other), prefix: "b/" });
  const outcomes = [];
  const context = { signal: new AbortController().signal, onRows: () => {} };
  for await (const outcome of far.extract([first, { ...second, day: day("2026-11-21") }], context))
    outcomes.push(outcome);
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

test("a day whose job fails is told of, and the other one is lifted", async () => {
  const world = await createWorld();
  const error = { reason: "accessDenied", message: "Access Denied: no" };
  world.double.world.fates.push({ table: new RegExp(other), error, at: "run", times: 1 });
  const { engine, handed } = createFarEngine("lifted");

  const outcomes = await extract(world, engine);

  expect(handed.map(({ day }) => day)).toEqual(["2026-11-20"]);
  expect(
    outcomes.map((outcome) => [outcome.day, "error" in outcome && (outcome.error as Error).name]),
  ).toEqual([
    ["2026-11-21", "ShardliftError"],
    ["2026-11-20", false],
  ]);
});
