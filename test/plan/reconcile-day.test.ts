import { describe, expect, test } from "vitest";
import type { Manifest } from "../../src/lake/types.ts";
import { type DayHops, reconcileDay } from "../../src/plan/reconcile-day.ts";
import type { DayMeasure, LedgerRow } from "../../src/ports.ts";
import { buildHead, buildVersion, day } from "../support/builders.ts";

const on = day("2026-11-20");
const head = buildHead(on);

function buildManifest(changes: Partial<Manifest> = {}): Manifest {
  return {
    formatVersion: 1,
    pipeline: "web-shop",
    family: "ga4_events",
    day: on,
    generation: head.generation,
    source: buildVersion(on),
    rulesDigest: "rules-1",
    formula: 1,
    engine: { name: "duckdb", version: "1.5.5" },
    files: [{ key: "a.parquet", bytes: 10, rows: 990 }],
    duplicatesFiles: [],
    balance: { source: 1000, written: 990, duplicates: { exact: 7, conflicting: 1 }, filtered: 2 },
    checksum: "123",
    nonNull: { event_name: 990, user_id: 12 },
    columns: [],
    createdAtMs: 1,
    ...changes,
  };
}

function buildLedgerRow(changes: Partial<LedgerRow> = {}): LedgerRow {
  return {
    day: on,
    hotGeneration: head.generation,
    coldGeneration: head.generation,
    hotSequence: head.sequence,
    coldSequence: head.sequence,
    shardKind: "daily",
    finalAtMs: null,
    rows: 990,
    duplicates: 8,
    filtered: 2,
    checksum: "123",
    loadedAtMs: 1,
    ...changes,
  };
}

function buildMeasure(changes: Partial<DayMeasure> = {}): DayMeasure {
  return {
    day: on,
    generation: head.generation,
    rows: 990,
    checksum: "123",
    nonNull: { event_name: 990, user_id: 12, extra: 0 },
    ...changes,
  };
}

function reconcile(changes: Partial<DayHops> = {}) {
  return reconcileDay({
    family: "ga4_events",
    day: on,
    version: buildVersion(on),
    head,
    manifest: buildManifest(),
    ledger: buildLedgerRow(),
    hot: [buildMeasure()],
    cold: [buildMeasure()],
    coldFault: null,
    isHot: true,
    ...changes,
  });
}

test("a day that agrees at every hop is told with its counts", () => {
  expect(reconcile()).toEqual({
    family: "ga4_events",
    day: on,
    rows: { source: 1000, written: 990, hot: 990, cold: 990 },
    duplicates: 8,
    filtered: 2,
    differences: [],
    isUnderWay: false,
    notes: [],
  });
});

describe("a difference is under way", () => {
  const behind = { ledger: buildLedgerRow({ coldGeneration: "20261119T000000000Z-000000000000" }), cold: [] };
  const unread = { ...head, reached: { ...head.reached, cold: null } };

  test.each<[string, boolean, Partial<DayHops>]>([
    ["where the head does not know that cold has come to it", true, { ...behind, head: unread }],
    ["not where the head says that it has", false, behind],
    [
      "not where hot is behind that is to be nowhere, and cold is there",
      false,
      { isHot: false, head: { ...head, reached: { ...head.reached, hot: null } }, ledger: null, cold: [] },
    ],
    [
      "not where what was extracted does not balance either",
      false,
      { ...behind, head: unread, manifest: buildManifest({ files: [{ key: "a", bytes: 1, rows: 989 }] }) },
    ],
    ["not where there is none", false, { head: unread }],
    [
      "where the catalog's partition is not there yet",
      true,
      { partition: null, head: { ...head, reached: { ...head.reached, catalog: null } } },
    ],
    [
      "not where the catalog was pointed elsewhere afterwards",
      false,
      { partition: "elsewhere/", head: { ...head, reached: { ...head.reached, catalog: head.reached.hot } } },
    ],
  ])("%s: %s", (_, isUnderWay, changes) => {
    expect(reconcile(changes).isUnderWay).toBe(isUnderWay);
  });
});

describe("reconcile finds", () => {
  test.each<[string, Partial<DayHops>, string]>([
    [
      "rows missing in hot",
      { hot: [buildMeasure({ rows: 989 })] },
      "hot has 989 rows, the manifest says 990",
    ],
    [
      "a file of cold that cannot be read",
      {
        cold: [],
        coldFault: { failed: "No count.", received: "a.parquet is gone", remedy: "backfill" },
      },
      "cold cannot be counted: a.parquet is gone; to do: backfill",
    ],
    [
      "a file that cannot be read of a day without a head",
      { head: null, manifest: null, hot: [], cold: [], coldFault: { failed: "No count." } },
      "cold cannot be counted: No count.",
    ],
    ["no rows in cold", { cold: [] }, "cold has 0 rows, the manifest says 990"],
    [
      "equal counts with other rows",
      { cold: [buildMeasure({ checksum: "124" })] },
      "cold has as many rows as the manifest, but others: checksum 124",
    ],
    [
      "a column that arrived empty",
      { hot: [buildMeasure({ nonNull: { event_name: 990 } })] },
      "hot: 0 values in user_id, the manifest says 12",
    ],
    [
      "two generations of one day",
      { hot: [buildMeasure(), buildMeasure({ generation: "other", rows: 5 })] },
      "hot has 5 rows of generation other too",
    ],
    [
      "a balance that does not add up",
      { manifest: buildManifest({ balance: { ...buildManifest().balance, filtered: 3 } }) },
      "the balance is off: 1,000 read, 1,001 accounted for",
    ],
    [
      "files that hold other rows than the balance",
      { manifest: buildManifest({ files: [{ key: "a", bytes: 1, rows: 989 }] }) },
      "files hold 989 rows, the manifest says 990",
    ],
    [
      "a source that was read in part",
      {
        version: buildVersion(on, { rows: 1001 }),
        manifest: buildManifest({ source: buildVersion(on, { rows: 1001 }) }),
      },
      "the source has 1,001 rows, 1,000 were read",
    ],
    ["a lost ledger row", { ledger: null, hot: [], cold: [] }, "the ledger does not know the day"],
    ["a lost manifest", { manifest: null }, `the manifest of generation ${head.generation} is missing`],
    [
      "rows of a day without a head",
      { head: null, manifest: null, ledger: null },
      "hot has 990 rows of a day without a head",
    ],
    [
      "a hot table behind the head",
      { ledger: buildLedgerRow({ hotGeneration: null }), hot: [] },
      `hot should show generation ${head.generation}, the ledger says none`,
    ],
    [
      "a partition behind the head",
      { partition: "web-shop/ga4_events/day=2026-11-20/generation=other/" },
      `the catalog points at other, the head names ${head.generation}`,
    ],
    [
      "a partition at a folder that is none of ours",
      { partition: "elsewhere/" },
      `the catalog points at elsewhere/, the head names ${head.generation}`,
    ],
    [
      "a missing partition",
      { partition: null },
      `the catalog points at nothing, the head names ${head.generation}`,
    ],
    [
      "a partition of a day without a head",
      { head: null, manifest: null, ledger: null, partition: "elsewhere/" },
      "the catalog points at elsewhere/, the day has no head",
    ],
  ])("%s", (_, changes, difference) => {
    expect(reconcile(changes).differences).toContain(difference);
  });

  test("nothing to say of a partition at its head", () => {
    const partition = `s3://lake/web-shop/ga4_events/day=2026-11-20/generation=${head.generation}`;
    expect(reconcile({ partition }).differences).toEqual([]);
  });
});

describe("reconcile does not call a fault", () => {
  test("a source that changed since it was read", () => {
    const found = reconcile({ version: buildVersion(on, { rows: 2000, modified: "2" }) });
    expect(found.differences).toEqual([]);
    expect(found.notes).toEqual(["the source changed since it was read: the next run reads it again"]);
  });

  test("a source that vanished", () => {
    expect(reconcile({ version: null })).toMatchObject({
      differences: [],
      notes: ["the source is gone: its rows were counted when it was read"],
    });
  });

  test("a cold day that is in cold only", () => {
    const ledger = buildLedgerRow({ hotGeneration: null, hotSequence: null });
    expect(reconcile({ isHot: false, ledger, hot: [] })).toMatchObject({ differences: [], notes: [] });
  });
});
