import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDuckDbWarehouse } from "../../src/adapters/duckdb/warehouse.ts";
import type { Day } from "../../src/days/day.ts";
import type { LedgerRow } from "../../src/ports.ts";
import type { ReaderTarget } from "../../src/tasks/reader-target.ts";
import { baseColumns, buildRows, type GenerationSpec, grownColumns } from "../contracts/warehouse-lake.ts";
import { measureOf, readAll } from "../contracts/warehouse-world.ts";
import {
  buildLostSession,
  changeSteps,
  createReaderWorld,
  loseFirstEnd,
  type ReaderWorld,
  recordSteps,
  table,
} from "./reader-world.ts";

const g1: GenerationSpec = {
  day: "2026-11-20",
  generation: "g1",
  sequence: 1,
  rows: buildRows("g1", 5),
  files: 2,
};
const g2: GenerationSpec = { day: "2026-11-20", generation: "g2", sequence: 2, rows: buildRows("g2", 4) };
const next: GenerationSpec = { day: "2026-11-21", generation: "n1", sequence: 3, rows: buildRows("n1", 3) };

let world: ReaderWorld;
beforeEach(async () => {
  world = await createReaderWorld();
});
afterEach(() => world.end());

const measureHot = () => world.warehouse.measureHot(table, "all");

describe("load", () => {
  test("brings several days in one transaction: COPY, lock, ledger, count, in this order", async () => {
    const targets = [await world.commit(g1), await world.commit(next)];
    const { warehouse, steps } = recordSteps(world.warehouse);
    const results = await world.load(targets, { ports: { warehouse } });
    expect(results).toEqual([
      { day: "2026-11-20", outcome: "done", head: targets[0]!.head, reason: "loaded into hot", rows: 5 },
      { day: "2026-11-21", outcome: "done", head: targets[1]!.head, reason: "loaded into hot", rows: 3 },
    ]);
    expect(steps).toEqual([
      ...["BEGIN", "readLedger", "copy", "copy", "lock", "readLedger"],
      ...["deleteHot", "deleteHot", "writeLedger", "measureHot", "COMMIT"],
    ]);
    expect(await measureHot()).toEqual(targets.map((target) => measureOf(target)));
    expect(world.reached).toEqual(new Map(targets.map(({ day, head }) => [day, head])));
  });

  test("writes into the ledger what the manifest says of the day", async () => {
    const target = await world.commit({ ...g1, kind: "intraday" });
    await world.load([target], { context: { finalAtMs: () => null } });
    const expected: LedgerRow = {
      day: target.day,
      hotGeneration: "g1",
      coldGeneration: null,
      hotSequence: 1,
      coldSequence: null,
      shardKind: "intraday",
      finalAtMs: null,
      rows: 5,
      duplicates: 2,
      filtered: 1,
      checksum: target.manifest.checksum,
      loadedAtMs: world.clock.now(),
    };
    expect(await world.warehouse.readLedger(table, "all")).toEqual([expected]);
  });

  test("run twice does nothing the second time", async () => {
    const target = await world.commit(g1);
    await world.load([target]);
    const { warehouse, steps } = recordSteps(world.warehouse);
    expect(await world.load([target], { ports: { warehouse } })).toMatchObject([{ outcome: "already" }]);
    expect(steps).toEqual(["BEGIN", "readLedger", "COMMIT"]);
    expect(await measureHot()).toEqual([measureOf(target)]);
  });

  test("replaces the day's former generation", async () => {
    await world.load([await world.commit(g1), await world.commit(next)]);
    const target = await world.commit(g2);
    await world.load([target]);
    expect(await measureHot()).toMatchObject([
      { generation: "g2", rows: 4 },
      { generation: "n1", rows: 3 },
    ]);
  });

  test("of an older sequence does not move backwards", async () => {
    const old = await world.commit(g1);
    const current = await world.commit(g2);
    await world.load([current]);
    expect(await world.load([old])).toMatchObject([{ outcome: "already", head: current.head }]);
    expect(await measureHot()).toEqual([measureOf(current)]);
  });

  test("does not show an older generation in hot than cold showed already", async () => {
    const old = await world.commit(g1);
    const current = await world.commit(g2);
    await world.refresh([current]);
    const stale = { readHead: async () => old.head, markReached: async () => old.head };
    expect(await world.load([old], { ports: stale })).toMatchObject([{ outcome: "newer" }]);
    expect(await measureHot()).toEqual([]);
  });

  test("of a head that was rolled back to what is hot already copies nothing, but moves the ledger", async () => {
    const target = await world.commit(g1);
    await world.load([target]);
    const rolledBack = { ...target, head: { generation: "g1", sequence: 9 } };
    world.setHead(rolledBack);
    const { warehouse, steps } = recordSteps(world.warehouse);
    await world.load([rolledBack], { ports: { warehouse } });
    expect(steps).not.toContain("copy");
    expect(await world.warehouse.readLedger(table, "all")).toMatchObject([{ hotSequence: 9 }]);
    expect(await measureHot()).toEqual([measureOf(target)]);
  });

  test("leaves out days that policy does not keep hot", async () => {
    const targets = [await world.commit(g1), await world.commit(next)];
    const isHotDay = (day: Day) => day !== g1.day;
    const results = await world.load(targets, { context: { isHotDay } });
    expect(results).toMatchObject([{ outcome: "cold" }, { outcome: "done" }]);
    expect(await measureHot()).toEqual([measureOf(targets[1]!)]);
    expect([...world.reached.keys()]).toEqual([next.day]);
  });

  test("drops a day that policy made cold meanwhile, with the rows just copied for it", async () => {
    const targets = [await world.commit(g1), await world.commit(next)];
    let isCold = false;
    const warehouse = changeSteps(world.warehouse, (step) => {
      isCold ||= step === "lock";
    });
    const isHotDay = (day: Day) => day !== g1.day || !isCold;
    const results = await world.load(targets, { ports: { warehouse }, context: { isHotDay } });
    expect(results).toMatchObject([{ outcome: "cold" }, { outcome: "done" }]);
    expect(await measureHot()).toEqual([measureOf(targets[1]!)]);
    expect(await world.warehouse.readLedger(table, "all")).toMatchObject([{ day: next.day }]);
  });

  test("goes on until the head stands still", async () => {
    const old = await world.commit(g1);
    let current: ReaderTarget | null = null;
    const markReached = async (day: Day, position: ReaderTarget["head"] | null) => {
      current ??= await world.commit(g2);
      return world.ports.markReached(day, position);
    };
    const told: unknown[] = [];
    const results = await world.load([old], {
      ports: { markReached },
      context: { onResult: (result) => told.push(result) },
    });
    expect(results).toMatchObject([{ outcome: "done", head: { generation: "g2", sequence: 2 } }]);
    expect(told).toEqual(results);
    expect(await measureHot()).toEqual([measureOf(current!)]);
    expect(world.reached.get(old.day)).toEqual({ generation: "g2", sequence: 2 });
  });

  test("keeps to the limits of one transaction", async () => {
    const targets = [
      await world.commit(g1),
      await world.commit(next),
      await world.commit({ ...g2, day: "2026-11-22" }),
    ];
    const { warehouse, steps } = recordSteps(world.warehouse);
    await world.load(targets, { ports: { warehouse }, context: { limits: { maxFiles: 3, maxBytes: 1e9 } } });
    expect(steps.filter((step) => step === "COMMIT")).toHaveLength(2);
    expect(await measureHot()).toEqual(targets.map((target) => measureOf(target)));
  });

  test("ends between batches when it is told to", async () => {
    const ending = new AbortController();
    const targets = [await world.commit(g1), await world.commit(next)];
    const loading = world.load(targets, {
      context: {
        limits: { maxFiles: 1, maxBytes: 1 },
        signal: ending.signal,
        onResult: () => ending.abort(new Error("ended")),
      },
    });
    await expect(loading).rejects.toThrow("ended");
    expect(await measureHot()).toEqual([measureOf(targets[0]!)]);
  });

  test.each(["copy", "lock", "measureHot"] as const)("told to end in %s commits nothing", async (at) => {
    const targets = [await world.commit(g1), await world.commit(next)];
    const ending = new AbortController();
    const { path, clock, store } = world;
    const { signal } = ending;
    const plain = createDuckDbWarehouse({ path, waitMs: 0, clock, store, signal });
    const warehouse = changeSteps(plain, (step) => {
      if (step === at) ending.abort(new Error("ended"));
    });
    const loading = world.load(targets, { ports: { warehouse }, context: { signal } });
    await expect(loading).rejects.toThrow("ended");
    expect(await measureHot()).toEqual([]);
    expect(await world.warehouse.readLedger(table, "all")).toEqual([]);
  });

  test("lets a later schema in, and older days stay readable", async () => {
    await world.load([await world.commit(g1)]);
    const rows = buildRows("n1", 1, { platform: "WEB" });
    await world.load([await world.commit({ ...next, rows, columns: grownColumns })]);
    const sql = "SELECT platform, count(*) FROM analytics.web_shop_all GROUP BY 1 ORDER BY 1";
    expect(await readAll(world.warehouse, sql)).toEqual([
      ["WEB", "1"],
      [null, "5"],
    ]);
  });
});

describe("a day that fails does so alone", () => {
  const faults: [string, Partial<GenerationSpec>, string, RegExp][] = [
    [
      "other rows than the manifest says",
      { claim: { checksum: "1" } },
      "balance",
      /checksum \d+ where the manifest has 1/,
    ],
    [
      "a column that arrived empty",
      { rows: buildRows("x", 5, { event_name: null }), claim: { nonNull: { event_name: 5 } } },
      "balance",
      /0 values in event_name where the manifest has 5/,
    ],
    [
      "rows of another generation",
      { rows: [...buildRows("x", 4), { ...buildRows("y", 1)[0], _generation: "g0" }] },
      "balance",
      / 4 rows where the manifest has 5/,
    ],
    [
      "rows of another day",
      { rows: [...buildRows("x", 4), { ...buildRows("y", 1)[0], _day: "2026-11-19" }] },
      "balance",
      /4 rows where the manifest has 5/,
    ],
    [
      "a file that is gone",
      { claim: { files: [{ key: "web-shop/gone.parquet", bytes: 1, rows: 5 }] } },
      "data",
      /No files found/,
    ],
    [
      "a column of another type",
      { columns: baseColumns.map((each) => (each.name === "value" ? { ...each, type: "STRING" } : each)) },
      "refused",
      /value INTEGER → value STRING/,
    ],
  ];

  test.each(faults)("%s", async (_, change, code, message) => {
    await world.load([await world.commit({ ...next, day: "2026-11-23" })]);
    const [before, after] = [await world.commit(next), await world.commit({ ...g2, day: "2026-11-22" })];
    const bad = await world.commit({ ...g1, ...change });
    const results = await world.load([before, bad, after]);
    expect(results).toMatchObject([
      { outcome: "done" },
      { outcome: "failed", error: { code, message: expect.stringMatching(message) } },
      { outcome: "done" },
    ]);
    const measures = await measureHot();
    expect(measures.map(({ day }) => day)).toEqual(["2026-11-21", "2026-11-22", "2026-11-23"]);
    const ledger = await world.warehouse.readLedger(table, "all");
    expect(ledger.map(({ day }) => day)).toEqual(["2026-11-21", "2026-11-22", "2026-11-23"]);
    expect(world.reached.has(bad.day)).toBe(false);
  });

  test("and keeps its former generation", async () => {
    const good = await world.commit(g1);
    await world.load([good]);
    await world.load([await world.commit({ ...g2, claim: { checksum: "1" } })]);
    expect(await measureHot()).toEqual([measureOf(good)]);
    expect(await world.warehouse.readLedger(table, "all")).toMatchObject([{ hotGeneration: "g1", rows: 5 }]);
  });

  test("a head that is gone is said to be", async () => {
    const target = await world.commit(g1);
    const results = await world.load([target], { ports: { markReached: async () => null } });
    expect(results).toMatchObject([{ outcome: "failed", reason: "The head of 2026-11-20 is gone." }]);
  });
});

describe("a fault of the warehouse", () => {
  test("after COMMIT, its answer lost, is settled by the ledger and doubles nothing", async () => {
    const targets = [await world.commit(g1), await world.commit(next)];
    const { warehouse, steps } = recordSteps(world.warehouse);
    const results = await world.load(targets, { ports: { warehouse: loseFirstEnd(warehouse, "after") } });
    expect(results).toMatchObject([{ outcome: "done" }, { outcome: "done" }]);
    expect(steps.filter((step) => step === "copy")).toHaveLength(2);
    expect(steps.slice(-4)).toEqual(["BEGIN", "lock", "readLedger", "COMMIT"]);
    expect(await measureHot()).toEqual(targets.map((target) => measureOf(target)));
  });

  test("at COMMIT, the transaction lost, is settled by the ledger and all goes again", async () => {
    const target = await world.commit(g1);
    const { warehouse, steps } = recordSteps(world.warehouse);
    const results = await world.load([target], { ports: { warehouse: loseFirstEnd(warehouse, "before") } });
    expect(results).toMatchObject([{ outcome: "done" }]);
    expect(steps.filter((step) => step === "copy")).toHaveLength(2);
    expect(await measureHot()).toEqual([measureOf(target)]);
  });

  test.each(["copy", "lock", "readLedger", "deleteHot", "writeLedger", "measureHot"] as const)(
    "in %s is asked again in a new transaction, with no COPY repeated in the old one",
    async (at) => {
      const target = await world.commit(g1);
      let faults = 0;
      const { warehouse, steps } = recordSteps(world.warehouse);
      const faulty = changeSteps(warehouse, (step) => {
        if (step === at && faults++ === 0) throw buildLostSession();
      });
      const again = <T>(work: () => Promise<T>) => work().catch(() => work());
      const results = await world.load([target], { ports: { warehouse: faulty, again } });
      expect(results).toMatchObject([{ outcome: "done" }]);
      expect(await measureHot()).toEqual([measureOf(target)]);
      const transactions = steps.join(" ").split("BEGIN");
      for (const each of transactions) expect(each.split(" copy ").length).toBeLessThanOrEqual(2);
    },
  );

  test("that lasts fails the days with it, retryable, and asks no more than twice", async () => {
    const targets = [
      await world.commit(g1),
      await world.commit(next),
      await world.commit({ ...g2, day: "2026-11-22" }),
    ];
    const { warehouse, steps } = recordSteps(world.warehouse);
    const faulty = changeSteps(warehouse, (step) => {
      if (step === "copy") throw buildLostSession();
    });
    const results = await world.load(targets, { ports: { warehouse: faulty } });
    for (const result of results) {
      expect(result).toMatchObject({ outcome: "failed", error: { code: "outside", retryable: true } });
    }
    expect(steps.filter((step) => step === "BEGIN")).toHaveLength(2);
  });
});

describe("another run between our look and our lock", () => {
  /** What another run has committed is hidden from the first look at the ledger, as if it came right after it. */
  const overtake = () => {
    const { warehouse, steps } = recordSteps(world.warehouse);
    let looks = 0;
    const transact: typeof warehouse.transact = (name, work) =>
      warehouse.transact(name, (transaction) =>
        work({
          copy: (files) => transaction.copy(files),
          lock: () => transaction.lock(),
          readLedger: async (days) => (++looks === 1 ? [] : transaction.readLedger(days)),
          writeLedger: (rows) => transaction.writeLedger(rows),
          deleteHot: (day, which) => transaction.deleteHot(day, which),
          measureHot: (days) => transaction.measureHot(days),
          measureCold: (generations) => transaction.measureCold(generations),
        }),
      );
    return { warehouse: { ...warehouse, transact }, steps };
  };

  test("that loaded the same generation: ours is rolled back, not doubled", async () => {
    const target = await world.commit(g1);
    await world.load([target]);
    const { warehouse, steps } = overtake();
    expect(await world.load([target], { ports: { warehouse } })).toMatchObject([{ outcome: "already" }]);
    expect(steps).toEqual([
      ...["BEGIN", "copy", "lock", "readLedger", "ROLLBACK"],
      "BEGIN",
      "readLedger",
      "COMMIT",
    ]);
    expect(await measureHot()).toEqual([measureOf(target)]);
  });

  test("that loaded a newer one: our rows drop out, and the day follows its head", async () => {
    const old = await world.commit(g1);
    const current = await world.commit(g2);
    await world.load([current]);
    const { warehouse, steps } = overtake();
    expect(await world.load([old], { ports: { warehouse } })).toMatchObject([
      { outcome: "already", head: { generation: "g2", sequence: 2 } },
    ]);
    expect(steps.slice(0, 6)).toEqual(["BEGIN", "copy", "lock", "readLedger", "deleteHot", "COMMIT"]);
    expect(await measureHot()).toEqual([measureOf(current)]);
  });
});
