import { expect, test } from "vitest";
import { type Day, dayEnd } from "../../src/days/day.ts";
import { buildDemoScenario } from "../../src/generate/demo-scenario.ts";
import type { DemoShard } from "../../src/generate/demo-types.ts";
import { completeSpec, countRows, tableOf } from "../../src/generate/shard-spec.ts";

const startDay = "2026-11-11" as Day;
const shop = "analytics_123456789";
const app = "analytics_987654321";
const scenario = buildDemoScenario(startDay);
const [first, second] = scenario.phases;

function nameOf({ dataset, wish }: DemoShard): string {
  return `${dataset}.${tableOf(completeSpec(wish))}`;
}

/** Tables that stand after both phases, with the last spec of each. */
function standing(): Map<string, DemoShard> {
  const tables = new Map([...first.shards, ...second.shards].map((shard) => [nameOf(shard), shard]));
  for (const { dataset, table } of second.removed) tables.delete(`${dataset}.${table}`);
  return tables;
}

test("the two phases are three days apart", () => {
  expect([first.nowMs, second.nowMs].map((ms) => new Date(ms).toISOString())).toEqual([
    "2026-11-18T20:00:00.000Z",
    "2026-11-21T20:00:00.000Z",
  ]);
});

test("every day has one best shard, and all of them about 200,000 events", () => {
  const tables = [...standing().values()].filter(({ wish }) => wish.kind !== "fresh");
  const rows = tables.reduce((sum, { wish }) => sum + countRows(completeSpec(wish)).total, 0);
  expect(Math.abs(rows - 200_000)).toBeLessThan(10_000);
  const days = (dataset: string) =>
    tables.filter((shard) => shard.dataset === dataset).map(({ wish }) => wish.day);
  expect(new Set(days(shop)).size).toBe(11);
  expect(new Set(days(app)).size).toBe(10);
  expect(tables).toHaveLength(21);
});

test("the first phase shows a late shard, a fresh one and the day under way", () => {
  const names = first.shards.map(nameOf);
  expect(names.filter((name) => name.startsWith(shop)).sort()).toEqual([
    `${shop}.events_20261111`,
    `${shop}.events_20261112`,
    `${shop}.events_20261113`,
    `${shop}.events_20261114`,
    `${shop}.events_20261116`,
    `${shop}.events_fresh_20261117`,
    `${shop}.events_intraday_20261118`,
  ]);
  expect(names.filter((name) => name.startsWith(app))).toHaveLength(7);
});

test("the second phase brings the late one, rewritten ones, the daily ones and removes the intraday one", () => {
  expect(second.shards.map((shard) => `${nameOf(shard)} ${shard.wish.revision ?? 1}`).sort()).toEqual([
    `${shop}.events_20261114 2`,
    `${shop}.events_20261115 1`,
    `${shop}.events_20261117 1`,
    `${shop}.events_20261118 1`,
    `${shop}.events_20261119 1`,
    `${shop}.events_20261120 1`,
    `${shop}.events_intraday_20261121 1`,
    `${app}.events_20261116 2`,
    `${app}.events_20261118 1`,
    `${app}.events_20261119 1`,
    `${app}.events_20261120 1`,
  ]);
  expect(second.removed).toEqual([{ dataset: shop, table: "events_intraday_20261118" }]);
});

test("a rewritten shard differs from its former self by the revision only", () => {
  for (const shard of second.shards.filter(({ wish }) => wish.revision === 2)) {
    const former = first.shards.find((candidate) => nameOf(candidate) === nameOf(shard));
    expect({ ...former?.wish, revision: 2 }).toEqual(shard.wish);
  }
});

test("one shard is rewritten within its 72 hours, one after them", () => {
  const hours = second.shards
    .filter(({ wish }) => wish.revision === 2)
    .map(({ wish, modifiedMs }) => (modifiedMs - dayEnd(wish.day, wish.timeZone!)) / 3_600_000);
  expect(hours).toEqual([100, 60]);
});

test("a daily shard and its forerunner come from the same rows", () => {
  const daily = second.shards.find((shard) => nameOf(shard) === `${shop}.events_20261118`)!;
  const intraday = first.shards.find((shard) => nameOf(shard) === `${shop}.events_intraday_20261118`)!;
  const { kind, portion, ...rest } = intraday.wish;
  expect({ kind, portion }).toEqual({ kind: "intraday", portion: 0.8 });
  expect(daily.wish).toEqual(rest);
});

test("schemas change on day six of the shop and every second day of the app", () => {
  const eras = (dataset: string) =>
    [...standing().values()]
      .filter((shard) => shard.dataset === dataset && shard.wish.kind === undefined)
      .sort((a, b) => a.wish.day.localeCompare(b.wish.day))
      .map(({ wish }) => wish.era);
  expect(eras(shop)).toEqual([...Array(5).fill("2025"), ...Array(5).fill("2026")]);
  expect(eras(app)).toEqual(["v1", "v1", "v2", "v2", "v3", "v3", "v4", "v4", "v5", "v5"]);
});

test("nothing was written after its phase's clock, nor before its day's end", () => {
  for (const { nowMs, shards } of scenario.phases) {
    expect(shards.filter(({ modifiedMs }) => modifiedMs > nowMs)).toEqual([]);
    const early = shards.filter(
      ({ wish, modifiedMs }) => wish.kind !== "intraday" && modifiedMs < dayEnd(wish.day, wish.timeZone!),
    );
    expect(early).toEqual([]);
  }
});

test("every shard of both phases is one the plans made", () => {
  expect(first.shards.length + second.shards.length).toBe(14 + 11);
});

test("every note names a table that stands in its phase, or is gone by then", () => {
  const known = new Set([
    ...[...first.shards, ...second.shards].map(nameOf),
    ...second.removed.map(({ dataset, table }) => `${dataset}.${table}`),
  ]);
  for (const note of [...first.notes, ...second.notes]) {
    const property = scenario.properties.find(({ name }) => note.startsWith(`${name}: `))!;
    const tables = note.match(/events_(fresh_|intraday_)?\d{8}/g) ?? [];
    expect(tables.length).toBeGreaterThan(0);
    for (const table of tables) expect(known).toContain(`${property.dataset}.${table}`);
  }
});

test("it works around a change of clocks as well", () => {
  const spring = buildDemoScenario("2026-03-22" as Day);
  expect(spring.phases.map(({ shards }) => shards.length)).toEqual([14, 11]);
});
