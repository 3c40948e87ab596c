import { expect, test } from "vitest";
import { buildEvenings } from "../../../scripts/demo-airflow/build-evenings.ts";
import { dayEnd } from "../../../src/days/day.ts";
import { buildDemoScenario } from "../../../src/generate/demo-scenario.ts";
import { day } from "../../support/builders.ts";

const start = day("2026-11-10");
const hourMs = 3_600_000;

/** Days with the kind and revision in which they appear on each evening. */
function list(dataset: string) {
  return buildEvenings(start).evenings.map(({ shards }) =>
    shards
      .filter((shard) => shard.dataset === dataset)
      .map(
        ({ wish }) =>
          `${wish.day.slice(5)} ${wish.kind ?? "daily"}${wish.revision === undefined ? "" : ` ${wish.revision}`}`,
      )
      .sort(),
  );
}

test("evenings stand at 20:00, and each shard of the demo appears on one of them", () => {
  const { evenings, history } = buildEvenings(start);
  expect(evenings.map(({ nowMs }) => new Date(nowMs).toISOString())).toEqual([
    "2026-11-15T20:00:00.000Z",
    "2026-11-16T20:00:00.000Z",
    "2026-11-17T20:00:00.000Z",
    "2026-11-20T20:00:00.000Z",
  ]);
  const told = evenings.flatMap(({ shards }) => shards);
  const ofDemo = buildDemoScenario(start).phases.flatMap(({ shards }) => shards);
  expect(new Set(told.filter(({ wish }) => wish.day >= start))).toEqual(new Set(ofDemo));
  expect(history).toEqual({ first: "2026-10-29", last: "2026-11-09" });
  expect(told.filter(({ wish }) => wish.day < start)).toHaveLength(12);
});

test("no shard is there before it was written", () => {
  for (const { nowMs, shards } of buildEvenings(start).evenings) {
    expect(shards.filter(({ modifiedMs }) => modifiedMs > nowMs)).toEqual([]);
  }
});

test("the shop's day is late on the first evening, missing on the second, and there on the last", () => {
  const { evenings } = buildEvenings(start);
  const overMs = evenings.map(({ nowMs }) => nowMs - dayEnd(day("2026-11-14"), "Europe/Berlin"));
  expect(overMs.map((ms) => ms / hourMs)).toEqual([21, 45, 69, 141]);
  expect(list("analytics_123456789")).toEqual([
    ["11-10 daily", "11-11 daily", "11-12 daily", "11-13 daily"],
    ["11-15 daily"],
    ["11-16 fresh", "11-17 intraday"],
    [
      "11-13 daily 2",
      "11-14 daily",
      "11-16 daily",
      "11-17 daily",
      "11-18 daily",
      "11-19 daily",
      "11-20 intraday",
    ],
  ]);
});

test("the game's day is written again, and the shop's intraday shard goes when its daily one comes", () => {
  const { evenings } = buildEvenings(start);
  expect(list("analytics_987654321").at(-1)).toEqual([
    "11-15 daily 2",
    "11-17 daily",
    "11-18 daily",
    "11-19 daily",
  ]);
  expect(evenings.map(({ removed }) => removed)).toEqual([
    [],
    [],
    [],
    [{ dataset: "analytics_123456789", table: "events_intraday_20261117" }],
  ]);
});
