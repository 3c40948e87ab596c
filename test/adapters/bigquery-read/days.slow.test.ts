import { join } from "node:path";
import { expect, test } from "vitest";
import type { DayResult, ProgressEvent, TaskContext } from "../../../src/tasks/context.ts";
import { runPipeline } from "../../../src/tasks/run.ts";
import { addDataset, changeTable, dropTable } from "../../doubles/bigquery/change-world.ts";
import { loadFolder } from "../../doubles/bigquery/load-folder.ts";
import { findTable } from "../../doubles/bigquery/world.ts";
import { createWorld } from "../../support/world.ts";
import { project } from "../bigquery/bigquery-world.ts";
import { bucket, createReadWorld, type TransportName } from "./read-world.ts";

const transports: TransportName[] = ["extract", "storage-read"];
const on = "2026-11-21";
const table = "events_20261121";

/** A pipeline whose days come from the double's tables, into a lake and a warehouse of this machine. */
async function openPipeline(transport: TransportName) {
  const world = await createWorld();
  const { dataset } = world.pipeline.property;
  const read = await createReadWorld({ clock: world.clock, read: { rowsPerBatch: 20 } });
  const inside = read.double.world;
  addDataset(inside, { project, dataset });
  const place = { project, dataset, table };
  const { source } = read;
  const engine = read.engineOver(world.ports.engine, transport);
  const events: ProgressEvent[] = [];
  const ports = { ...world.ports, source, engine };
  const context = (): TaskContext =>
    world.context({ ports, report: (event) => events.push(event), selection: { select: "range", range } });
  const load = () => loadFolder(inside, { root: join(world.folder, "source"), project, dataset });
  return {
    ...{ world, read, inside, place, events, load },
    async arrive(wish: Parameters<typeof world.arrive>[1] = {}) {
      await world.arrive(on, wish);
      await load();
    },
    /** null: nothing was to be extracted. */
    async lift(): Promise<DayResult | null> {
      const { results } = await runPipeline(context());
      return results.find(({ task }) => task === "extract") ?? null;
    },
    async countRows(): Promise<number> {
      const [row] = await world
        .query("select count(*) as n from analytics.web_shop_events_all")
        .catch(() => []);
      return Number(row?.n ?? 0);
    },
  };
}

const range = { first: on, last: on } as never;

test.each(transports)(
  "%s: a day is lifted, a second run asks for no rows, a restated one is read again",
  async (name) => {
    const { arrive, lift, countRows, read } = await openPipeline(name);
    await arrive();
    expect(await lift()).toMatchObject({ outcome: "done" });
    const first = await countRows();
    expect(first).toBeGreaterThanOrEqual(60);
    const asked = () => [read.read.log.length, read.double.count()["bigquery.jobs.insert"] ?? 0];
    const before = asked();

    expect(await lift()).toBeNull();
    expect(asked()).toEqual(before);
    await arrive({ revision: 2 });
    expect(await lift()).toMatchObject({ outcome: "done" });
    expect(await countRows()).toBeGreaterThan(first);
  },
);

test.each(transports)(
  "%s: a table that changes while it is read is read again, and never mixed",
  async (name) => {
    const { arrive, lift, inside, place, read, countRows } = await openPipeline(name);
    await arrive();
    let changes = 0;
    const change = () => {
      if (changes++ === 0) changeTable(inside, place, {});
    };
    if (name === "storage-read") read.read.onBatch = change;
    else afterJob(inside, change);

    expect(await lift()).toMatchObject({ outcome: "done" });

    expect(changes).toBeGreaterThanOrEqual(2);
    expect(await countRows()).toBeGreaterThanOrEqual(60);
  },
);

test.each(transports)(
  "%s: a table that never stands still waits for another run, with its former rows",
  async (name) => {
    const { arrive, lift, inside, place, read, countRows } = await openPipeline(name);
    await arrive();
    await lift();
    const before = await countRows();
    await arrive({ revision: 2 });
    const change = () => changeTable(inside, place, {});
    if (name === "storage-read") read.read.onBatch = change;
    else afterJob(inside, change);

    expect(await lift()).toMatchObject({ outcome: "waiting", exitCode: 75 });
    expect(await countRows()).toBe(before);
  },
);

test.each(transports)(
  "%s: a table that is deleted while it is read leaves the day as it was",
  async (name) => {
    const { arrive, lift, inside, place, read, countRows } = await openPipeline(name);
    await arrive();
    await lift();
    const before = await countRows();
    await arrive({ revision: 2 });
    const drop = () => dropTable(inside, place);
    if (name === "storage-read") read.read.onBatch = drop;
    else afterJob(inside, drop);

    expect(await lift()).toMatchObject({ outcome: "already", reason: expect.stringContaining("vanished") });
    expect(await countRows()).toBe(before);
  },
);

test.each(transports)("%s: rows that wait in a streaming buffer are waited for", async (name) => {
  const { arrive, lift, inside, place, read } = await openPipeline(name);
  await arrive();
  const { modifiedMs } = findTable(inside, place.project, place.dataset, table);
  changeTable(inside, place, { modifiedMs, streaming: { rows: 3n, bytes: 300n, oldestMs: modifiedMs } });

  expect(await lift()).toMatchObject({ outcome: "waiting", exitCode: 75 });
  expect(read.read.log).toEqual([]);
  changeTable(inside, place, { modifiedMs, streaming: null });
  expect(await lift()).toMatchObject({ outcome: "done" });
});

test.each(transports)(
  "%s: a column that comes between two shards of a run is there in the later one",
  async (name) => {
    const { arrive, lift, world, read } = await openPipeline(name);
    await arrive({ era: "2023" });
    const old = await lift();
    await arrive({ revision: 2 });

    expect([old?.outcome, (await lift())?.outcome]).toEqual(["done", "done"]);

    const columns = await world.query("select * from analytics.web_shop_events_all limit 1");
    expect(Object.keys(columns[0]!)).toContain("batch_event_index");
    expect(read.double.world.buckets.get(bucket)!.objects.size).toBe(0);
  },
);

test.each(transports)(
  "%s: a column that cannot be read whole is told before a row is asked for, and the day keeps its rows",
  async (name) => {
    const { arrive, lift, countRows, inside, place, read } = await openPipeline(name);
    await arrive();
    await lift();
    const before = await countRows();
    const { schema } = findTable(inside, place.project, place.dataset, table);
    const big = { name: "totals", type: "RECORD", fields: [{ name: "revenue", type: "BIGNUMERIC" }] };
    changeTable(inside, place, { schema: [...schema, big] });
    read.read.log.length = 0;
    read.double.forget();

    expect(await lift()).toMatchObject({
      exitCode: 65,
      error: { parts: { received: expect.stringContaining("totals.revenue has the type BIGNUMERIC") } },
    });

    expect(Object.keys(read.double.count()).sort()).toEqual(["bigquery.tables.get", "bigquery.tables.list"]);
    expect(read.read.log).toEqual([]);
    expect(await countRows()).toBe(before);
  },
);

type Inside = Awaited<ReturnType<typeof openPipeline>>["inside"];

/** Does something when a job has ended, before its objects are looked for. */
function afterJob({ jobs }: Inside, work: () => void): void {
  const { set } = jobs;
  jobs.set = (...entry) => {
    const done = set.apply(jobs, entry);
    work();
    return done;
  };
}
