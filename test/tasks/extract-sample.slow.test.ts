import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findOldRuns } from "../../src/lake/find-old-runs.ts";
import type { ProgressEvent, TaskContext } from "../../src/tasks/context.ts";
import { runSample } from "../../src/tasks/extract-sample.ts";
import { createWorld, type World } from "../support/world.ts";

async function listKeys({ ports }: World): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key, etag } of ports.store.list("")) keys.push(`${key} ${etag}`);
  return keys;
}

const two: TaskContext["selection"] = {
  select: "range",
  range: { first: "2026-11-21", last: "2026-11-22" } as never,
};

describe("a sample", () => {
  test("without days is of the newest day that has a shard, and commits nothing", async () => {
    const world = await createWorld();
    await world.arrive("2026-11-20");
    await world.arrive("2026-11-22", { kind: "intraday" });
    const { samples, output } = await runSample(world.context(), 10);

    expect(output.exitCode).toBe(0);
    expect(output.line).toMatchObject({
      task: "extract",
      outcome: "done",
      days: { done: 1 },
      notable: [],
      sample: [{ family: "ga4_events", day: "2026-11-22", balance: { source: 10 } }],
    });
    const files = samples.flatMap(({ report }) => report.files.map(({ key }) => key));
    expect((await listKeys(world)).map((line) => line.split(" ")[0])).toEqual(files);
    expect(files).toEqual([expect.stringMatching(/^_runs\//)]);
    expect((await world.plan()).days.filter(({ loadedRows }) => loadedRows !== null)).toEqual([]);
  });

  test("of days that are in step moves no head and no table, and goes as an old run", async () => {
    const world = await createWorld();
    await world.arrive("2026-11-21");
    await world.arrive("2026-11-22");
    await world.run();
    const [keys, counted] = [await listKeys(world), await world.reconcile()];
    const { samples } = await runSample(world.context({ selection: two }), 10);

    expect(samples.map(({ planned, report }) => [planned.day, report.balance.source])).toEqual([
      ["2026-11-22", 10],
      ["2026-11-21", 10],
    ]);
    expect((await listKeys(world)).filter((line) => !line.startsWith("_runs/"))).toEqual(keys);
    expect([await world.run(), await world.reconcile()]).toEqual([[], counted]);
    expect(await findOldRuns(world.ports.store, 0)).toHaveLength(2);
  });

  test("shows what changed rules would do, before anybody extracts by them", async () => {
    const world = await createWorld();
    await world.arrive("2026-11-22");
    await world.run();
    const rules = { drop: [{ column: "user_id", rest: null }], hash: [] };
    const pipeline = { ...world.pipeline, columns: rules };
    const told: ProgressEvent[] = [];
    const { samples } = await runSample(world.context({ pipeline, report: (event) => told.push(event) }), 10);

    const names = samples[0]!.report.columns.map(({ name }) => name);
    expect([names.includes("event_name"), names.includes("user_id")]).toEqual([true, false]);
    expect(told).toContainEqual(expect.objectContaining({ event: "day", task: "extract" }));
  });

  test("of a shard that shrank is taken: nobody needs to accept it", async () => {
    const world = await createWorld();
    await world.arrive("2026-11-22");
    await world.run();
    await world.arrive("2026-11-22", { rows: 20, revision: 2 });

    expect((await runSample(world.context(), 10)).output.exitCode).toBe(0);
  });

  test("that one day refuses is told of, and taken of the others", async () => {
    const world = await createWorld();
    await world.arrive("2026-11-21");
    await world.arrive("2026-11-22");
    await world.run();
    // Looked at by its footer when it was planned; cut while nobody looked.
    const open = world.ports.source.openShard;
    const source: typeof world.ports.source = {
      ...world.ports.source,
      async openShard(...asked) {
        const shard = await open(...asked);
        if (asked[1] === "events_20261121") {
          await truncate(join(world.folder, "source", asked[0], `${asked[1]}.parquet`), 200);
        }
        return shard;
      },
    };
    const context = world.context({ selection: two, ports: { ...world.ports, source } });
    const { samples, output } = await runSample(context, 10);

    expect(samples.map(({ planned }) => planned.day)).toEqual(["2026-11-22"]);
    expect([output.exitCode, output.line.days]).toEqual([65, { done: 1, failed: 1 }]);
    expect(output.line.notable).toMatchObject([{ day: "2026-11-21", error: { code: "data" } }]);
  });

  test("without a shard is nothing to do", async () => {
    const world = await createWorld();
    await world.arrive("2026-10-01");
    const { output } = await runSample(world.context(), 10);

    expect([output.exitCode, output.line.sample]).toEqual([99, []]);
  });
});
