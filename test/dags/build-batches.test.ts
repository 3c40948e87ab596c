import { describe, expect, test } from "vitest";
import { type BatchLimits, buildBatches } from "../../src/dags/build-batches.ts";
import { addDays } from "../../src/days/day.ts";
import type { ActionName, DayPlan } from "../../src/plan/types.ts";
import { buildFamily, day } from "../support/builders.ts";

function plan(days: readonly string[], action: ActionName = "extract"): DayPlan[] {
  return days.map((text) => ({
    family: buildFamily(),
    day: day(text),
    state: "open",
    kind: "daily",
    rows: 1,
    bytes: 1,
    loadedRows: null,
    hot: true,
    actions: [{ action, reason: "new" }] as unknown as DayPlan["actions"],
  }));
}

function listFrom(first: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => addDays(day(first), index));
}

const limits: BatchLimits = { batchDays: 3, atMost: 1024, order: "newest" };

describe("batches", () => {
  test("are ranges of so many days, newest first; a short one is the oldest", () => {
    expect(buildBatches({ days: plan(listFrom("2026-11-01", 7)) }, limits)).toEqual({
      batches: ["2026-11-05..2026-11-07", "2026-11-02..2026-11-04", "2026-11-01..2026-11-01"],
      days: 7,
      batchDays: 3,
    });
  });

  test("come oldest first where that is asked for", () => {
    const { batches } = buildBatches(
      { days: plan(listFrom("2026-11-01", 4)) },
      { ...limits, order: "oldest" },
    );
    expect(batches).toEqual(["2026-11-01..2026-11-01", "2026-11-02..2026-11-04"]);
  });

  test("leave out days in step and days that wait: a backfill that stopped goes on with the rest", () => {
    const days = [
      ...plan(["2026-11-01"], "extract"),
      ...plan(["2026-11-02", "2026-11-03"], "none"),
      ...plan(["2026-11-04"], "load"),
      ...plan(["2026-11-05"], "wait"),
    ];
    expect(buildBatches({ days }, limits)).toEqual({
      batches: ["2026-11-04..2026-11-04", "2026-11-01..2026-11-01"],
      days: 2,
      batchDays: 3,
    });
  });

  test("count a day of several families once", () => {
    const days = [...plan(["2026-11-02", "2026-11-01"]), ...plan(["2026-11-02"])];
    expect(buildBatches({ days }, limits).batches).toEqual(["2026-11-01..2026-11-02"]);
  });

  test("are none where nothing is to be done", () => {
    expect(buildBatches({ days: plan(["2026-11-01"], "none") }, limits)).toEqual({
      batches: [],
      days: 0,
      batchDays: 3,
    });
  });

  test("get longer where there would be more than fit, and still name every day once", () => {
    const wanted = listFrom("2019-01-01", 2557);
    const built = buildBatches({ days: plan(wanted) }, { ...limits, batchDays: 1, atMost: 1024 });
    expect([built.batchDays, built.batches.length, built.days]).toEqual([4, 640, 2557]);
    const named = built.batches.toReversed().flatMap((text) => {
      const [first = "", last = ""] = text.split("..");
      return wanted.filter((one) => one >= first && one <= last);
    });
    expect(named).toEqual(wanted);
  });
});
