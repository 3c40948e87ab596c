import { describe, expect, test } from "vitest";
import { buildWindow, parseDays, type WindowInput } from "../../src/days/window.ts";
import { day } from "../support/builders.ts";

const base: WindowInput = {
  selection: { select: "lookback" },
  today: day("2026-11-23"),
  lookbackDays: 10,
  start: null,
  earliest: day("2019-05-01"),
};

describe("the window", () => {
  test("is the last ten days, today included", () => {
    expect(buildWindow(base)).toEqual({ first: "2026-11-14", last: "2026-11-23" });
  });

  test("leaves out what is before the property's start", () => {
    expect(buildWindow({ ...base, start: day("2026-11-20") })).toEqual({
      first: "2026-11-20",
      last: "2026-11-23",
    });
    expect(buildWindow({ ...base, start: day("2027-01-01") })).toBeNull();
  });

  test("of a sweep begins with the first shard", () => {
    expect(buildWindow({ ...base, selection: { select: "all" } })).toEqual({
      first: "2019-05-01",
      last: "2026-11-23",
    });
    expect(buildWindow({ ...base, selection: { select: "all" }, earliest: null })).toEqual({
      first: "2026-11-23",
      last: "2026-11-23",
    });
  });

  test("refuses days in the future", () => {
    const range = { first: day("2026-11-20"), last: day("2026-11-24") };
    expect(() => buildWindow({ ...base, selection: { select: "range", range } })).toThrow(
      /today is 2026-11-23/,
    );
  });
});

describe("--days", () => {
  test("is a day or an inclusive range", () => {
    expect(parseDays("2026-11-20")).toEqual({ first: "2026-11-20", last: "2026-11-20" });
    expect(parseDays("2019-01-01..2025-12-31")).toEqual({ first: "2019-01-01", last: "2025-12-31" });
  });

  test.each([
    "",
    "yesterday",
    "2026-11-31",
    "2026-11-01..",
    "2026-11-01..2026-11-02..2026-11-03",
    "2026-11-01-02",
  ])("%j is refused with an example", (text) =>
    expect(() => parseDays(text)).toThrow(/write --days 2026-11-20/),
  );

  test("the wrong way round is refused with the right one", () => {
    expect(() => parseDays("2026-11-20..2026-11-01")).toThrow(/write --days 2026-11-01..2026-11-20/);
  });
});
