import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { families } from "../../src/days/families.ts";
import { readLakeRow } from "./check-day.ts";
import { compareVariant, type Finding } from "./compare-variant.ts";
import { missingData } from "./data-files.ts";
import { dataSets, type ShardSet } from "./data-sets.ts";
import type { ExactRow } from "./expected-row.ts";
import { groupBy } from "./group-by.ts";
import { liftDays } from "./lift-days.ts";
import { readVariantRows, type VariantRow, variantSet } from "./variant-set.ts";

const skipped = missingData ?? "";
const { keyValues } = families.ga4_events;

/** By kind: all rows of the copy, and those that the sample taken from BigQuery has too. Told in docs/real-rows.md. */
const ofAllRows: Partial<Record<Finding["kind"], number>> = {
  equal: 28_803,
  "added column": 2_300,
  "upper-case name": 10_580,
  "pairs as a list": 920,
  "value in its slot": 4_049,
  "absent member for null": 5_576,
  "NaN for null": 1,
  "double for an integer": 4,
};
const ofSharedRows: Partial<Record<Finding["kind"], number>> = {
  equal: 9_941,
  "added column": 1_100,
  "upper-case name": 5_060,
  "pairs as a list": 440,
  "value in its slot": 1_864,
  "absent member for null": 1_408,
  "null for a struct of nulls": 219,
  "double for an integer": 1,
};

describe.skipIf(missingData !== null)(
  `the same rows as another loader put them into VARIANT${skipped}`,
  () => {
    let folder = "";
    let variants: VariantRow[] = [];
    let fromVariant = new Map<string, ExactRow>();
    let fromBigQuery = new Map<string, ExactRow>();

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "shardlift-variant-"));
      variants = await readVariantRows();
      fromVariant = await lift(folder, variantSet);
      fromBigQuery = await lift(folder, dataSets.ga4Json);
    }, 600_000);
    afterAll(() => rm(folder, { recursive: true, force: true }));

    test("all 460 rows differ from ours in the documented kinds only", () => {
      expect(countKinds(variants.flatMap(({ row }) => compare(fromVariant, row)))).toEqual(ofAllRows);
    });

    test("220 of them are in BigQuery's sample too, and differ from it in the documented kinds only", () => {
      const shared = variants.filter(({ row }) => fromBigQuery.has(rowKey(row)));
      expect(shared).toHaveLength(220);
      expect(countKinds(shared.flatMap(({ row }) => compare(fromBigQuery, row)))).toEqual(ofSharedRows);
    });

    test("those 220 rows have one event_id, whichever way they came", () => {
      const pairs = [...fromBigQuery].filter(([key]) => fromVariant.has(key));
      expect(pairs.map(([, row]) => row.event_id)).toEqual(
        pairs.map(([key]) => fromVariant.get(key)?.event_id),
      );
      expect(new Set(pairs.map(([, row]) => row.event_id)).size).toBe(220);
    });

    test("docs/real-rows.md tells each kind with its counts", async () => {
      const text = await readFile(new URL("../../docs/real-rows.md", import.meta.url), "utf8");
      for (const kind of new Set([
        ...Object.keys(ofAllRows),
        ...Object.keys(ofSharedRows),
      ] as Finding["kind"][])) {
        const counts = [ofAllRows[kind] ?? 0, ofSharedRows[kind] ?? 0].map((count) =>
          count.toLocaleString("en"),
        );
        expect(text).toContain(`| ${kind} | ${counts.join(" | ")} |`);
      }
    });
  },
);

async function lift(folder: string, set: ShardSet): Promise<Map<string, ExactRow>> {
  const tables = await set.write(join(folder, set.dataset, "source"));
  const { days } = await liftDays(set, join(folder, set.dataset), tables);
  const rows = days.flatMap((day) => day.rows.map((row) => readLakeRow(day.columns, row)));
  return new Map(rows.map((row) => [rowKey(row), row]));
}

/** No two rows of the samples share these three. */
function rowKey(row: ExactRow): string {
  return ["event_timestamp", "event_name", "user_pseudo_id"]
    .map((name) => String(row[name] ?? row[name.toUpperCase()]))
    .join(" ");
}

function compare(ours: Map<string, ExactRow>, theirs: ExactRow): Finding[] {
  return compareVariant(keyValues, ours.get(rowKey(theirs))!, theirs);
}

function countKinds(findings: readonly Finding[]): Record<string, number> {
  const kinds = groupBy(findings, ({ kind }) => kind);
  expect(kinds.get("unexplained") ?? []).toEqual([]);
  return Object.fromEntries([...kinds].map(([kind, found]) => [kind, found.length]));
}
