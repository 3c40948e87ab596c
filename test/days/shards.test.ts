import { describe, expect, test } from "vitest";
import { families } from "../../src/days/families.ts";
import { isSameVersion, parseShard, rankShardKind, renderShard } from "../../src/days/shards.ts";
import { buildVersion, day } from "../support/builders.ts";

describe("shard names", () => {
  test("match exactly, so that events_* never stands for three kinds", () => {
    const names = [
      "events_20261120",
      "events_intraday_20261120",
      "events_fresh_20261120",
      "events_20261120_copy",
      "my_events_20261120",
      "events_intraday20261120",
      "events_20261320",
      "EVENTS_20261120",
    ];
    expect(names.map((name) => parseShard(families.ga4_events, name)?.kind ?? null)).toEqual([
      "daily",
      "intraday",
      "fresh",
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  test("of one family are not those of another", () => {
    expect(parseShard(families.ga4_users, "pseudonymous_users_20261120")).toBeNull();
    expect(parseShard(families.ga4_pseudonymous_users, "pseudonymous_users_20261120")?.day).toBe(
      "2026-11-20",
    );
    expect(parseShard(families.ga360_sessions, "events_20261120")).toBeNull();
  });

  test("are written as they are read, for every family and kind", () => {
    for (const family of Object.values(families)) {
      for (const kind of ["daily", "fresh", "intraday"] as const) {
        const table = renderShard(family, kind, day("2026-11-20"));
        if (table === null) continue;
        expect(parseShard(family, table)).toEqual({ kind, day: "2026-11-20", table });
      }
    }
  });

  test("rank daily before fresh before intraday", () => {
    expect(
      (["intraday", "daily", "fresh"] as const).toSorted((a, b) => rankShardKind(b) - rankShardKind(a)),
    ).toEqual(["daily", "fresh", "intraday"]);
  });
});

describe("a source version", () => {
  const version = buildVersion(day("2026-11-20"));

  test.each([
    ["modified", { modified: "2" }],
    ["rows", { rows: 1001 }],
    ["bytes", { bytes: 1 }],
    ["etag", { etag: "x" }],
    ["table", { table: "events_intraday_20261120" }],
  ])("moved where its %s moved", (_, change) => {
    expect(isSameVersion(version, { ...version, ...change })).toBe(false);
  });

  test("is decided by content where both sides hashed it", () => {
    const hashed = { ...version, content: "a" };
    expect(isSameVersion(hashed, { ...hashed, modified: "2" })).toBe(true);
    expect(isSameVersion(hashed, { ...hashed, content: "b" })).toBe(false);
    expect(isSameVersion(hashed, { ...version, modified: "2" })).toBe(false);
  });
});
