import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Manifest } from "../../src/lake/types.ts";
import {
  baseColumns,
  buildRows,
  describeRows,
  type GenerationSpec,
  grownColumns,
  type LakeRow,
} from "../contracts/warehouse-lake.ts";
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

/** What a manifest would say of these rows alone. */
function claimOf(rows: LakeRow[]): Partial<Manifest> {
  const { balance, checksum, nonNull } = describeRows(baseColumns, rows);
  return { balance, checksum, nonNull };
}

let world: ReaderWorld;
beforeEach(async () => {
  world = await createReaderWorld();
});
afterEach(() => world.end());

const measureCold = () => world.warehouse.measureCold(table, "all");

describe("refresh", () => {
  test("counts the files first, then takes the lock, then moves the ledger", async () => {
    const targets = [await world.commit(g1), await world.commit(next)];
    const { warehouse, steps } = recordSteps(world.warehouse);
    const results = await world.refresh(targets, { ports: { warehouse } });
    const reason = "cold shows this generation now";
    expect(results).toEqual([
      { day: "2026-11-20", outcome: "done", head: targets[0]!.head, reason, rows: 5 },
      { day: "2026-11-21", outcome: "done", head: targets[1]!.head, reason, rows: 3 },
    ]);
    const [counting, moving] = [
      ["BEGIN", "measureCold", "COMMIT"],
      ["lock", "readLedger", "writeLedger"],
    ];
    expect(steps).toEqual([...counting, "BEGIN", ...moving, "COMMIT"]);
    expect(await measureCold()).toEqual(targets.map((target) => measureOf(target)));
    expect(world.reached).toEqual(new Map(targets.map(({ day, head }) => [day, head])));
  });

  test("changes cold and the ledger, not hot", async () => {
    const old = await world.commit(g1);
    await world.load([old]);
    await world.refresh([old]);
    const current = await world.commit(g2);
    await world.refresh([current]);
    expect(await world.warehouse.measureHot(table, "all")).toEqual([measureOf(old)]);
    expect(await measureCold()).toEqual([measureOf(current)]);
    expect(await world.warehouse.readLedger(table, "all")).toMatchObject([
      { hotGeneration: "g1", hotSequence: 1, coldGeneration: "g2", coldSequence: 2, rows: 4 },
    ]);
  });

  test("run twice does nothing the second time", async () => {
    const target = await world.commit(g1);
    await world.refresh([target]);
    const ledger = await world.warehouse.readLedger(table, "all");
    const { warehouse, steps } = recordSteps(world.warehouse);
    expect(await world.refresh([target], { ports: { warehouse } })).toMatchObject([{ outcome: "already" }]);
    expect(steps).toEqual([]);
    expect(await world.warehouse.readLedger(table, "all")).toEqual(ledger);
    expect(await measureCold()).toEqual([measureOf(target)]);
  });

  test("of an older sequence does not move backwards", async () => {
    const old = await world.commit(g1);
    const current = await world.commit(g2);
    await world.refresh([current]);
    const stale = { readHead: async () => old.head, markReached: async () => old.head };
    expect(await world.refresh([old], { ports: stale })).toMatchObject([{ outcome: "newer" }]);
    expect(await measureCold()).toEqual([measureOf(current)]);
  });

  test("behind hot leaves what the ledger tells of the day", async () => {
    const old = await world.commit(g1);
    const current = await world.commit(g2);
    await world.load([current]);
    const stale = { readHead: async () => old.head, markReached: async () => old.head };
    await world.refresh([old], { ports: stale });
    expect(await world.warehouse.readLedger(table, "all")).toMatchObject([
      { hotGeneration: "g2", coldGeneration: "g1", rows: 4, checksum: current.manifest.checksum },
    ]);
  });

  test("goes on until the head stands still", async () => {
    const old = await world.commit(g1);
    let hasMoved = false;
    const results = await world.refresh([old], {
      ports: {
        async markReached(day, position) {
          if (!hasMoved) await world.commit(g2);
          hasMoved = true;
          return world.ports.markReached(day, position);
        },
      },
    });
    expect(results).toMatchObject([{ outcome: "done", head: { generation: "g2", sequence: 2 } }]);
    expect(await measureCold()).toMatchObject([{ generation: "g2", rows: 4 }]);
  });

  const faults: [string, Partial<GenerationSpec>, string][] = [
    ["other rows than the manifest says", { claim: { checksum: "1" } }, "balance"],
    [
      "a column that arrived empty",
      { rows: buildRows("x", 4, { value: null }), claim: { nonNull: { value: 4 } } },
      "balance",
    ],
    ["rows of another day", { rows: [{ ...buildRows("x", 1)[0], _day: "2026-11-19" }] }, "balance"],
    [
      "rows of another generation beside its own",
      { rows: [...g2.rows, { ...buildRows("x", 1)[0], _generation: "g0" }], claim: claimOf(g2.rows) },
      "balance",
    ],
    [
      "a file that is gone",
      { claim: { files: [{ key: "web-shop/gone.parquet", bytes: 1, rows: 4 }] } },
      "data",
    ],
  ];

  test.each(faults)("a day with %s fails alone and keeps what it showed", async (_, change, code) => {
    const old = await world.commit(g1);
    await world.refresh([old]);
    const bad = await world.commit({ ...g2, ...change });
    const good = await world.commit(next);
    const results = await world.refresh([bad, good]);
    expect(results).toMatchObject([{ outcome: "failed", error: { code } }, { outcome: "done" }]);
    expect(await measureCold()).toEqual([measureOf(old), measureOf(good)]);
    expect(world.reached.get(old.day)).toEqual(old.head);
  });

  test.each(["before", "after"] as const)("an end lost %s COMMIT is settled by the ledger", async (when) => {
    const target = await world.commit(g1);
    const warehouse = loseFirstEnd(world.warehouse, when, "writeLedger");
    expect(await world.refresh([target], { ports: { warehouse } })).toMatchObject([{ outcome: "done" }]);
    expect(await measureCold()).toEqual([measureOf(target)]);
    expect(await world.warehouse.readLedger(table, "all")).toMatchObject([{ coldGeneration: "g1" }]);
  });

  test("a fault of the warehouse while counting is asked again", async () => {
    const target = await world.commit(g1);
    let faults = 0;
    const warehouse = changeSteps(world.warehouse, (step) => {
      if (step === "measureCold" && faults++ === 0) throw buildLostSession();
    });
    expect(await world.refresh([target], { ports: { warehouse } })).toMatchObject([
      { outcome: "failed", error: { retryable: true } },
    ]);
    const again = <T>(work: () => Promise<T>) => work().catch(() => work());
    faults = 0;
    expect(await world.refresh([target], { ports: { warehouse, again } })).toMatchObject([
      { outcome: "done" },
    ]);
    expect(await measureCold()).toEqual([measureOf(target)]);
  });

  test("shows days of before and after a schema grew", async () => {
    await world.refresh([await world.commit(g1)]);
    const device = { category: "tablet", web_info: { hostname: "example.com" }, language: "de" };
    const rows = buildRows("n1", 1, { device, platform: "WEB", items: [{ item_id: "shoe", quantity: 2 }] });
    await world.refresh([await world.commit({ ...next, rows, columns: grownColumns })]);
    await world.refresh([await world.commit({ ...g2, day: "2026-11-22", columns: baseColumns })]);
    const sql = `SELECT _day, platform, device.language, device.web_info.hostname, items[1].quantity, count(*)
      FROM analytics.web_shop_cold GROUP BY ALL ORDER BY _day`;
    expect(await readAll(world.warehouse, sql)).toEqual([
      ["2026-11-20", null, null, null, null, "5"],
      ["2026-11-21", "WEB", "de", "example.com", "2", "1"],
      ["2026-11-22", null, null, null, null, "4"],
    ]);
  });
});
