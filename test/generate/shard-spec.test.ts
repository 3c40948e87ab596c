import { expect, test } from "vitest";
import type { Day } from "../../src/days/day.ts";
import {
  completeSpec,
  countRows,
  daySpan,
  type ShardSpec,
  type ShardWish,
  tableOf,
} from "../../src/generate/shard-spec.ts";

const day = "2026-11-20" as Day;

test("family and day are enough", () => {
  expect(completeSpec({ family: "ga4_events", day })).toEqual({
    family: "ga4_events",
    kind: "daily",
    day,
    timeZone: "Europe/Berlin",
    seed: 1,
    rows: 1_000,
    era: "2026",
    revision: 1,
    duplicates: 0.005,
    conflicts: 0.002,
    portion: 1,
    format: "parquet",
    parts: 1,
  } satisfies ShardSpec);
});

test("fresh and intraday shards hold a part of the day, unless told otherwise", () => {
  const portion = (wish: Partial<ShardWish>) => completeSpec({ family: "ga4_events", day, ...wish }).portion;
  expect([
    portion({ kind: "fresh" }),
    portion({ kind: "intraday" }),
    portion({ kind: "intraday", portion: 0.1 }),
  ]).toEqual([0.95, 0.6, 0.1]);
});

test.each<[keyof ShardSpec, Partial<ShardSpec>]>([
  ["rows", { rows: -1 }],
  ["rows", { rows: 1.5 }],
  ["rows", { rows: Number.NaN }],
  ["seed", { seed: -3 }],
  ["parts", { parts: 0 }],
  ["revision", { revision: 7 }],
  ["duplicates", { duplicates: 1.1 }],
  ["conflicts", { conflicts: -0.1 }],
  ["portion", { portion: Number.NaN }],
  ["timeZone", { timeZone: "Europe/Atlantis" }],
  ["kind", { kind: "fresh", family: "ga360_sessions" }],
])("a wrong %s is refused by name: %o", (name, wrong) => {
  expect(() => completeSpec({ family: "ga4_events", day, ...wrong })).toThrow(
    expect.objectContaining({
      code: "usage",
      parts: expect.objectContaining({
        failed: `A shard cannot be generated with this value of ${name}.`,
        received: String(wrong[name]),
      }),
    }),
  );
});

test("copies, conflicts and late rows come on top of the day's rows", () => {
  const count = (wish: Partial<ShardWish>) =>
    countRows(
      completeSpec({ family: "ga4_events", day, rows: 1_000, duplicates: 0.01, conflicts: 0.004, ...wish }),
    );
  expect(count({})).toEqual({ distinct: 1_000, copies: 10, conflicts: 4, total: 1_014 });
  expect(count({ revision: 3 })).toEqual({ distinct: 1_040, copies: 10, conflicts: 4, total: 1_054 });
  expect(count({ kind: "intraday", portion: 0.5 })).toEqual({
    distinct: 500,
    copies: 5,
    conflicts: 2,
    total: 507,
  });
  expect(count({ rows: 0 })).toEqual({ distinct: 0, copies: 0, conflicts: 0, total: 0 });
});

test.each([
  ["an ordinary day", "2026-11-20", "Europe/Berlin", 24],
  ["the day clocks go forward", "2026-03-29", "Europe/Berlin", 23],
  ["the day clocks go back", "2026-10-25", "Europe/Berlin", 25],
  ["a zone of half an hour's shift", "2026-10-04", "Australia/Lord_Howe", 23.5],
])("%s has its own length", (_, on, timeZone, hours) => {
  const { startUs, endUs } = daySpan({ day: on as Day, timeZone });
  expect(Number(endUs - startUs) / 3_600_000_000).toBe(hours);
});

test("a day begins at the zone's midnight", () => {
  const { startUs } = daySpan({ day, timeZone: "America/Los_Angeles" });
  expect(new Date(Number(startUs / 1000n)).toISOString()).toBe("2026-11-20T08:00:00.000Z");
});

test("tables are named as Google names them", () => {
  expect([
    tableOf({ family: "ga4_events", kind: "daily", day }),
    tableOf({ family: "ga4_events", kind: "fresh", day }),
    tableOf({ family: "ga360_sessions", kind: "intraday", day }),
    tableOf({ family: "ga4_pseudonymous_users", kind: "daily", day }),
  ]).toEqual([
    "events_20261120",
    "events_fresh_20261120",
    "ga_sessions_intraday_20261120",
    "pseudonymous_users_20261120",
  ]);
});
