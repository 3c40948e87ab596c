import { expect, test } from "vitest";
import { renderCalendar } from "../../src/cli/render-calendar.ts";
import { renderReconciliation } from "../../src/cli/render-reconciliation.ts";
import { renderTable } from "../../src/cli/render-table.ts";
import type { DayReconciliation } from "../../src/plan/reconcile-day.ts";
import { plain } from "../../src/plan/render-plan.ts";
import type { DayStatus } from "../../src/tasks/status.ts";
import { day } from "../support/builders.ts";

async function* rowsOf(...rows: (string | null)[][]) {
  yield* rows;
}

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

test("a table is as wide as its rows; long values are cut, null is told from empty", async () => {
  const rows = rowsOf(["a", "1"], ["long".repeat(20), null], ["two\nlines", ""]);
  expect(await collect(renderTable(["name", "n"], rows))).toEqual([
    `name${" ".repeat(56)}  n`,
    `${"─".repeat(60)}──${"─".repeat(4)}`,
    `a${" ".repeat(59)}  1`,
    `${"long".repeat(14)}lon…  NULL`,
    "two lines",
  ]);
});

test("a table without rows shows its columns", async () => {
  expect(await collect(renderTable(["a", "bb"], rowsOf()))).toEqual(["a  bb", "─────"]);
});

test("a table longer than what it measures goes on line by line", async () => {
  const rows = Array.from({ length: 150 }, (_, index) => [String(index)]);
  const lines = await collect(renderTable(["n"], rowsOf(...rows)));
  expect(lines).toHaveLength(152);
  expect(lines.at(-1)).toBe("149");
});

function buildStatus(on: string, changes: Partial<DayStatus>): DayStatus {
  return {
    family: "ga4_events",
    day: day(on),
    state: "final",
    rows: 1000,
    next: "none",
    reason: "",
    ...changes,
  };
}

test("the calendar has a line a week, and a mark for what is out of step", () => {
  const days = [
    buildStatus("2026-11-14", {}),
    buildStatus("2026-11-15", { state: "missing", rows: null, next: "wait" }),
    buildStatus("2026-11-16", { state: "open", rows: 1_204_311, next: "extract → load → refresh" }),
  ];
  expect(renderCalendar(days, plain)).toBe(`ga4_events
                     Mon         Tue         Wed         Thu         Fri         Sat         Sun
  2026-11-09                                                                 1,000F           !
  2026-11-16 1,204,311D*

  F final   D daily, may still change   ! missing   * out of step: run or backfill brings it back
`);
});

function buildDay(changes: Partial<DayReconciliation>): DayReconciliation {
  return {
    family: "ga4_events",
    day: day("2026-11-20"),
    rows: { source: 1000, written: 990, hot: 990, cold: 990 },
    duplicates: 8,
    filtered: 2,
    differences: [],
    isUnderWay: false,
    notes: [],
    ...changes,
  };
}

test("a reconciliation shows the counts of every hop and one verdict", () => {
  const cold = buildDay({
    day: day("2026-11-19"),
    rows: { source: 1000, written: 990, hot: null, cold: 990 },
  });
  expect(
    renderReconciliation([cold, buildDay({})], plain),
  ).toBe(`  day         family      source  duplicates  filtered  manifest  hot  cold
  2026-11-19  ga4_events   1,000           8         2       990    -   990
  2026-11-20  ga4_events   1,000           8         2       990  990   990

2 days, 1,980 rows: source, manifest, hot and cold agree, every row is accounted for
`);
});

test("a difference stands below its day and in the verdict", () => {
  const text = renderReconciliation(
    [buildDay({ differences: ["hot has 989 rows, the manifest says 990"] })],
    plain,
  );
  expect(text).toContain("    difference: hot has 989 rows, the manifest says 990\n");
  expect(text.trimEnd().endsWith("1 day, 990 rows: 1 difference")).toBe(true);
});
