import { describe, expect, test } from "vitest";
import type { DayResult } from "../../src/tasks/context.ts";
import { day } from "../support/builders.ts";
import { createWorld } from "../support/world.ts";

/** `extract 2026-11-20 done`, in order. */
function tell(results: readonly DayResult[]): string[] {
  return results.map((result) => `${result.task} ${result.day} ${result.outcome}`);
}

describe("a run", () => {
  test("brings shards to lake, hot and cold, newest day first, and a second one does nothing", async () => {
    const world = await createWorld();
    await world.arrive("2026-11-21");
    await world.arrive("2026-11-22", { kind: "intraday" });
    expect(tell(await world.run())).toEqual([
      "extract 2026-11-22 done",
      "extract 2026-11-21 done",
      "load 2026-11-22 done",
      "load 2026-11-21 done",
      "refresh 2026-11-22 done",
      "refresh 2026-11-21 done",
    ]);
    expect(await world.run()).toEqual([]);
    expect(await world.reconcile()).toEqual({
      differences: [],
      hot: { "2026-11-21": 60, "2026-11-22": 36 },
      cold: { "2026-11-21": 60, "2026-11-22": 36 },
    });
  });

  test("takes the daily shard in place of intraday, and never shows a day twice", async () => {
    const world = await createWorld();
    await world.arrive("2026-11-22", { kind: "intraday" });
    await world.run();
    await world.arrive("2026-11-22");
    await world.run();
    const rows =
      "select _shard_kind as kind, count(*) as rows from analytics.web_shop_events_all group by all";
    expect(await world.query(rows)).toEqual([{ kind: "daily", rows: "60" }]);
    await world.vanish("2026-11-22", "intraday");
    expect(await world.run()).toEqual([]);
    await world.vanish("2026-11-22");
    expect(await world.run()).toEqual([]);
    expect((await world.reconcile()).differences).toEqual([]);
  });

  test("loads a day again that Google restated three days later, with the ids it had", async () => {
    const world = await createWorld();
    await world.arrive("2026-11-22");
    await world.run();
    const ids = "select event_id from analytics.web_shop_events order by 1";
    const before = await world.query(ids);
    await world.arrive("2026-11-22", { revision: 2 });
    expect(tell(await world.run())).toEqual([
      "extract 2026-11-22 done",
      "load 2026-11-22 done",
      "refresh 2026-11-22 done",
    ]);
    const after = await world.query(ids);
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after.length).toBeGreaterThan(before.length);
    expect((await world.reconcile()).differences).toEqual([]);
  });

  test("leaves a late day to wait and loads the others", async () => {
    const world = await createWorld({
      property: { ...(await createWorld()).pipeline.property, start: day("2026-11-20") },
    });
    await world.arrive("2026-11-20");
    const results = await world.run();
    expect(tell(results)).toEqual([
      "wait 2026-11-22 waiting",
      "wait 2026-11-21 waiting",
      "extract 2026-11-20 done",
      "load 2026-11-20 done",
      "refresh 2026-11-20 done",
    ]);
  });
});

describe("an unchanged day", () => {
  test("costs one metadata get and one head get, and the warehouse is not opened for it", async () => {
    const world = await createWorld();
    await world.arrive("2026-11-20");
    await world.arrive("2026-11-21");
    await world.run();
    for (const name of Object.keys(world.calls)) delete world.calls[name];
    await world.run();
    // The other days of the window have no shard: a head each, to see whether the lake has them, and no metadata.
    // One more get for all of the family: its list of outdated days.
    expect(world.calls).toEqual({ "source.listTables": 1, "source.readVersion": 2, "store.get": 11 });
  });

  test("is read again where its rows are others, though as many", async () => {
    const world = await createWorld();
    await world.arrive("2026-11-22");
    await world.run();
    await world.arrive("2026-11-22", { seed: 2 });
    expect(tell(await world.run())).toContain("extract 2026-11-22 done");
  });

  test("costs nothing where it was only touched: the content decides", async () => {
    const world = await createWorld();
    await world.arrive("2026-11-22");
    await world.run();
    await world.arrive("2026-11-22");
    expect(await world.run()).toEqual([]);
  });
});

describe("retention", () => {
  test("keeps cold days in the lake and the cold table, and takes days out of hot that leave", async () => {
    const world = await createWorld({ retentionDays: 10 });
    await world.arrive("2026-11-14");
    await world.arrive("2026-11-20");
    await world.run();
    world.clock.set("2026-11-24T11:00:00Z");
    expect(tell(await world.run())).toContain("prune 2026-11-14 done");
    expect(await world.reconcile()).toEqual({
      differences: [],
      hot: { "2026-11-20": 60 },
      cold: { "2026-11-14": 60, "2026-11-20": 60 },
    });
    const all =
      "select _day::varchar as day, count(*) as rows from analytics.web_shop_events_all group by all order by 1";
    expect(await world.query(all)).toEqual([
      { day: "2026-11-14", rows: "60" },
      { day: "2026-11-20", rows: "60" },
    ]);
  });

  test("updates lake and cold of a changed cold day, not hot", async () => {
    const world = await createWorld({ retentionDays: 10 });
    await world.arrive("2026-11-10");
    const sweep = { select: "all" } as const;
    expect(tell(await world.run(sweep))).toEqual(
      expect.arrayContaining(["extract 2026-11-10 done", "refresh 2026-11-10 done"]),
    );
    await world.arrive("2026-11-10", { revision: 2 });
    const results = tell(await world.run(sweep));
    expect(results.filter((line) => line.startsWith("load"))).toEqual([]);
    const { differences, hot, cold } = await world.reconcile();
    expect(differences).toEqual([]);
    expect(hot).toEqual({});
    expect(cold["2026-11-10"]).toBeGreaterThan(60);
  });
});

describe("guards", () => {
  test("a shard that shrank to less than half waits for --accept", async () => {
    const world = await createWorld();
    await world.arrive("2026-11-22", { rows: 100 });
    await world.run();
    await world.arrive("2026-11-22", { rows: 40 });
    const [refused] = await world.run();
    expect(refused).toMatchObject({ outcome: "refused", exitCode: 65 });
    expect((await world.reconcile()).hot).toEqual({ "2026-11-22": 100 });
    await world.run({ select: "lookback" }, { accept: true });
    expect((await world.reconcile()).hot).toEqual({ "2026-11-22": 40 });
  });

  test("newline JSON cannot be counted before it is read, and is guarded all the same", async () => {
    const world = await createWorld();
    await world.arrive("2026-11-22", { rows: 100, format: "jsonl" });
    await world.run();
    await world.arrive("2026-11-22", { rows: 40, format: "jsonl" });
    const [refused] = await world.run();
    expect(refused).toMatchObject({ task: "extract", outcome: "refused", exitCode: 65 });
    expect((await world.reconcile()).hot).toEqual({ "2026-11-22": 100 });
  });

  test("a run that would read more than max_read stops before it reads", async () => {
    const world = await createWorld({ maxRead: { bytes: 1 } });
    await world.arrive("2026-11-22");
    await expect(world.run()).rejects.toThrow(/run again with --yes/);
    expect(tell(await world.run({ select: "lookback" }, { goOn: true }))).toContain(
      "extract 2026-11-22 done",
    );
  });

  test("freeze stops at a new column, evolve takes it", async () => {
    const frozen = await createWorld({ schema: "freeze" });
    await frozen.arrive("2026-11-22", { kind: "intraday" });
    await frozen.run();
    await frozen.arrive("2026-11-22");
    const [refused] = await frozen.run();
    expect(refused).toMatchObject({ task: "extract", outcome: "refused", exitCode: 65 });
    expect(String(refused?.error)).toContain("is_active_user");
    expect((await frozen.reconcile()).hot).toEqual({ "2026-11-22": 36 });
  });
});

describe("rules that change", () => {
  test("mark days outdated inside the window, and backfill --outdated takes the others", async () => {
    const world = await createWorld();
    await world.arrive("2026-10-01");
    await world.arrive("2026-11-20");
    await world.run({ select: "all" });
    world.pipeline.columns = { drop: [{ column: "user_id", rest: null }], hash: [] };
    expect(tell(await world.run()).filter((line) => line.startsWith("extract"))).toEqual([
      "extract 2026-11-20 done",
    ]);
    expect((await world.plan()).outdated).toEqual([{ family: "ga4_events", days: ["2026-10-01"] }]);
    const outdated = await world.run({ select: "all" }, { only: "outdated" });
    expect(tell(outdated).filter((line) => line.startsWith("extract"))).toEqual(["extract 2026-10-01 done"]);
    expect((await world.plan()).outdated).toEqual([]);
    const left = "select count(user_id) as ids from analytics.web_shop_events_all";
    expect(await world.query(left)).toEqual([{ ids: "0" }]);
    expect((await world.reconcile()).differences).toEqual([]);
  });
});
