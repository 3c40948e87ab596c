import { join } from "node:path";
import { expect, test } from "vitest";
import { parseTableUri } from "../../../src/adapters/bigquery/names.ts";
import { createBigQuerySource } from "../../../src/adapters/bigquery/source.ts";
import { createShardGenerator } from "../../../src/adapters/duckdb/generator.ts";
import { addDays } from "../../../src/days/day.ts";
import { plain, renderPlan } from "../../../src/plan/render-plan.ts";
import type { Plan } from "../../../src/plan/types.ts";
import type { DayExtract, Engine } from "../../../src/ports.ts";
import type { DayResult, TaskContext } from "../../../src/tasks/context.ts";
import { runPlan } from "../../../src/tasks/plan.ts";
import { runPipeline } from "../../../src/tasks/run.ts";
import { addDataset, changeTable, touchLabel } from "../../doubles/bigquery/change-world.ts";
import type { BigQueryDouble } from "../../doubles/bigquery/double.ts";
import { loadFolder } from "../../doubles/bigquery/load-folder.ts";
import { findTable } from "../../doubles/bigquery/world.ts";
import { day } from "../../support/builders.ts";
import { createWorld, type World } from "../../support/world.ts";
import { buildOptions, project, startDouble } from "./bigquery-world.ts";

/** A world of files, and the same shards as tables. */
async function open(changes: Parameters<typeof createWorld>[0] = {}) {
  const world = await createWorld(changes);
  const { dataset } = world.pipeline.property;
  const double = await startDouble();
  addDataset(double.world, { project, dataset });
  const source = createBigQuerySource(buildOptions(double, { clock: world.clock }));
  const ports = { ...world.ports, source, engine: readFilesOf(double, world.ports.engine) };
  const load = () => loadFolder(double.world, { root: join(world.folder, "source"), project, dataset });
  const context = (more: Partial<TaskContext> = {}) => world.context({ ports, ...more });
  return { world, double, dataset, ports, load, context };
}

/** Stands where rows are brought here: the double's tables are files of this machine already. */
function readFilesOf({ world }: BigQueryDouble, engine: Engine): Engine {
  const localise = (extract: DayExtract): DayExtract => {
    const parts = extract.shard.parts.flatMap((part) => {
      const place = parseTableUri(part.path)!;
      const { files } = world.datasets.get(`${place.project}:${place.dataset}`)!.tables.get(place.table)!;
      return files.map((path) => ({ path, format: part.format, bytes: part.bytes }));
    });
    return { ...extract, shard: { ...extract.shard, parts } };
  };
  return { ...engine, extract: (days, context) => engine.extract(days.map(localise), context) };
}

/** Everything that exports are known for, in ten days. */
async function arriveAll(world: World): Promise<void> {
  for (const on of ["13", "14", "15", "16", "18"]) await world.arrive(`2026-11-${on}`);
  await world.arrive("2026-11-19", { kind: "fresh" });
  await world.arrive("2026-11-19", { kind: "intraday" });
  await world.arrive("2026-11-20", { rows: 0 });
  await world.arrive("2026-11-21", { parts: 2, rows: 200 });
  await world.arrive("2026-11-22", { kind: "intraday" });
}

const lift = async (context: TaskContext) => (await runPipeline(context)).results;

test("plans and runs say the same of tables as of files, and an unchanged window costs one list and one get a day", async () => {
  const tables = await open();
  const files = await createWorld();
  const { world, double, load, context } = tables;
  const both = async (change: (world: World) => Promise<void>) => {
    await change(files);
    await change(world);
    await load();
    const plan = await runPlan(context());
    const render = (of: Plan) => renderPlan(of, { paint: plain, showAll: true });
    expect(render(plan)).toEqual(render(await files.plan()));
    return plan.days.map((one) => `${one.day.slice(-2)} ${one.state}: ${one.actions[0]?.action}`);
  };
  expect(await both(arriveAll)).toEqual([
    "23 not over: none",
    "22 intraday: extract",
    "21 open: extract",
    "20 open: extract",
    "19 fresh: extract",
    "18 final: extract",
    "17 missing: wait",
    "16 final: extract",
    "15 final: extract",
    "14 final: extract",
  ]);
  const tell = (results: DayResult[]) =>
    results.map(({ task, day: on, outcome }) => `${task} ${on} ${outcome}`);
  expect(tell(await lift(context()))).toEqual(tell(await files.run()));
  double.forget();
  expect(await both(async () => {})).toEqual(
    expect.not.arrayContaining([expect.stringContaining("extract")]),
  );
  expect(double.count()).toEqual({ "bigquery.tables.list": 1, "bigquery.tables.get": 8 });
  expect(
    await both(async (one) => {
      await one.arrive("2026-11-22");
      await one.arrive("2026-11-16", { revision: 2 });
      await one.vanish("2026-11-18");
    }),
  ).toEqual(expect.arrayContaining(["22 open: extract", "18 source gone: none", "16 final: extract"]));
});

test("restated revenue is read again, though rows and bytes are what they were", async () => {
  const { world, double, load, context, dataset } = await open({ lookbackDays: 3 });
  const place = { project, dataset, table: "events_20261122" };
  await world.arrive("2026-11-22", { rows: 24 });
  await load();
  await lift(context());
  const [before, { rows, bytes }] = [
    await sumContent(world),
    findTable(double.world, project, dataset, place.table),
  ];
  await world.arrive("2026-11-22", { rows: 24, revision: 2 });
  await load();
  expect(findTable(double.world, project, dataset, place.table).rows).toBe(rows);
  changeTable(double.world, place, { bytes });
  await lift(context());
  const after = await sumContent(world);
  expect(after).toEqual([
    { events: before[0]!.events, content: expect.not.stringMatching(`^${before[0]!.content}$`) },
  ]);
});

/** Every column that Google restates. */
function sumContent(world: World) {
  return world.query(
    "select count(*) as events, sum(hash(event_id, ecommerce, traffic_source)) as content from analytics.web_shop_events",
  );
}

test("labels touched on every table stop a run before it reads one of them", async () => {
  const { world, double, load, context, dataset } = await open({
    lookbackDays: 2,
    maxRead: { ordinaryRuns: 10 },
  });
  const generator = await createShardGenerator();
  const days = Array.from({ length: 25 }, (_, index) => addDays(day("2026-10-29"), index));
  const target = { root: join(world.folder, "source"), dataset };
  for (const on of days) await generator.generate({ family: "ga4_events", day: on, rows: 20 }, target);
  generator.close();
  await load();
  const all = { selection: { select: "all" } } as const;
  const told = context(all);
  await lift({ ...told, choices: { ...told.choices, goOn: true } });
  double.clock.advance(1_000);
  const tables = double.world.datasets.get(`${project}:${dataset}`)!.tables;
  for (const table of tables.keys()) touchLabel(double.world, { project, dataset, table }, "team", "growth");
  double.forget();
  await expect(lift(context(all))).rejects.toThrow(/run again with --yes/);
  expect(double.count()).toEqual({ "bigquery.tables.list": 1, "bigquery.tables.get": 25 });
  expect((await lift(context())).filter(({ task }) => task === "extract").map(({ day: on }) => on)).toEqual([
    "2026-11-22",
  ]);
});
