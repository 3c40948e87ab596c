import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Day } from "../../src/days/day.ts";
import { type PruneResult, runPrune } from "../../src/tasks/prune.ts";
import type { ReaderTarget } from "../../src/tasks/reader-target.ts";
import { buildRows, type GenerationSpec } from "../contracts/warehouse-lake.ts";
import { measureOf, readAll } from "../contracts/warehouse-world.ts";
import {
  type Changes,
  changeSteps,
  createReaderWorld,
  loseFirstEnd,
  type ReaderWorld,
  recordSteps,
  table,
} from "./reader-world.ts";

const g1: GenerationSpec = { day: "2025-11-20", generation: "g1", sequence: 1, rows: buildRows("g1", 5) };
const g2: GenerationSpec = { day: "2025-11-20", generation: "g2", sequence: 2, rows: buildRows("g2", 4) };
const young: GenerationSpec = { day: "2026-11-21", generation: "n1", sequence: 3, rows: buildRows("n1", 3) };

let world: ReaderWorld;
beforeEach(async () => {
  world = await createReaderWorld();
});
afterEach(() => world.end());

const isHotDay = (day: Day) => day >= "2026-01-01";

const prune = (days: readonly Day[], changes: Changes = {}): Promise<PruneResult[]> =>
  runPrune(
    { table, days },
    { ...world.ports, ...changes.ports },
    {
      isHotDay,
      signal: new AbortController().signal,
      onResult: () => {},
      ...(changes.context as object),
    },
  );

/** Commits days and brings hot and cold to them. */
async function settle(...specs: GenerationSpec[]): Promise<ReaderTarget[]> {
  const targets = await Promise.all(specs.map((spec) => world.commit(spec)));
  await world.load(targets);
  await world.refresh(targets);
  return targets;
}

const measureHot = () => world.warehouse.measureHot(table, "all");

describe("prune", () => {
  test("takes a day beyond retention out of hot, under the lock, and _all shows it from cold", async () => {
    const [old, recent] = await settle(g1, young);
    const sql = "SELECT _day, _generation, count(*) FROM analytics.web_shop_all GROUP BY 1, 2 ORDER BY 1";
    const before = await readAll(world.warehouse, sql);
    const { warehouse, steps } = recordSteps(world.warehouse);
    expect(await prune([old!.day, recent!.day], { ports: { warehouse } })).toEqual([
      { day: old!.day, outcome: "done", reason: "beyond retention, and proven in cold", rows: 5 },
      { day: recent!.day, outcome: "kept", reason: "policy keeps this day hot", rows: 0 },
    ]);
    expect(steps).toEqual([
      "BEGIN",
      "measureCold",
      "lock",
      "readLedger",
      "deleteHot",
      "writeLedger",
      "COMMIT",
    ]);
    expect(await measureHot()).toEqual([measureOf(recent!)]);
    expect(await readAll(world.warehouse, sql)).toEqual(before);
    expect(await world.warehouse.readLedger(table, { first: old!.day, last: old!.day })).toMatchObject([
      { hotGeneration: null, hotSequence: null, coldGeneration: "g1", coldSequence: 1, rows: 5 },
    ]);
    expect(world.reached.get(old!.day)).toBeNull();
  });

  test("run twice does nothing the second time", async () => {
    const [old] = await settle(g1);
    await prune([old!.day]);
    expect(await prune([old!.day])).toMatchObject([{ outcome: "already", reason: "the day is not hot" }]);
  });

  test("a pruned day can be loaded again once policy wants it hot", async () => {
    const [old] = await settle(g1);
    await prune([old!.day]);
    expect(await world.load([old!])).toMatchObject([{ outcome: "done" }]);
    expect(await measureHot()).toEqual([measureOf(old!)]);
  });

  test("an older generation in hot goes too, where cold has the head's", async () => {
    await settle(g1);
    const current = await world.commit(g2);
    await world.refresh([current]);
    expect(await prune([current.day])).toMatchObject([{ outcome: "done" }]);
    expect(await measureHot()).toEqual([]);
    expect(await world.warehouse.measureCold(table, "all")).toEqual([measureOf(current)]);
  });

  const keepers: [string, () => Promise<Changes | undefined>, string][] = [
    [
      "cold never had",
      async () => {
        await world.load([await world.commit(g1)]);
        return undefined;
      },
      "cold is at no generation, the head at g1",
    ],
    [
      "cold is behind with",
      async () => {
        await settle(g1);
        await world.load([await world.commit(g2)]);
        return undefined;
      },
      "cold is at g1, the head at g2",
    ],
    [
      "policy made hot again while cold was counted",
      async () => {
        await settle(g1);
        let looks = 0;
        return { context: { isHotDay: () => ++looks > 1 } };
      },
      "policy keeps this day hot",
    ],
    [
      "moved its head while cold was counted",
      async () => {
        const [old] = await settle(g1);
        const current = await world.write(g2);
        const warehouse = changeSteps(world.warehouse, (step) => {
          if (step === "lock") world.setHead(current);
        });
        expect(old!.head.generation).toBe("g1");
        return { ports: { warehouse } };
      },
      "the head has moved",
    ],
  ];

  test.each(keepers)("keeps a day that %s", async (_, prepare, reason) => {
    const changes = await prepare();
    const before = await measureHot();
    const ledger = await world.warehouse.readLedger(table, "all");
    expect(await prune([g1.day as Day], changes)).toEqual([
      { day: g1.day, outcome: "kept", reason, rows: 0 },
    ]);
    expect(await measureHot()).toEqual(before);
    expect(await world.warehouse.readLedger(table, "all")).toEqual(ledger);
    expect(world.reached.get(g1.day as Day)).not.toBeNull();
  });

  test("a day without a head stays", async () => {
    const day = "2025-01-01" as Day;
    expect(await prune([day])).toEqual([{ day, outcome: "kept", reason: "the day has no head", rows: 0 }]);
  });

  test("a copy that does not balance is an alarm, and the day stays while others go", async () => {
    const [damaged, sound] = await settle(g1, { ...g2, day: "2025-11-21" });
    const measures = await measureHot();
    world.setHead({ ...damaged!, manifest: { ...damaged!.manifest, checksum: "1" } });
    expect(await prune([damaged!.day, sound!.day])).toMatchObject([
      { outcome: "failed", error: { code: "balance" } },
      { outcome: "done" },
    ]);
    expect(await measureHot()).toEqual(measures.slice(0, 1));
  });

  test.each(["before", "after"] as const)("an end lost %s COMMIT is settled by the ledger", async (when) => {
    const [old] = await settle(g1);
    const warehouse = loseFirstEnd(world.warehouse, when);
    expect(await prune([old!.day], { ports: { warehouse } })).toMatchObject([{ outcome: "done" }]);
    expect(await measureHot()).toEqual([]);
    expect(await world.warehouse.readLedger(table, "all")).toMatchObject([{ hotGeneration: null }]);
  });
});
