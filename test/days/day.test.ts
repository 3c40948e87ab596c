import { describe, expect, test } from "vitest";
import {
  addDays,
  countDays,
  dayAt,
  dayEnd,
  listDays,
  parseCompactDay,
  parseDay,
} from "../../src/days/day.ts";
import { day, instant } from "../support/builders.ts";

const msPerHour = 3_600_000;

describe("a day", () => {
  test.each(["2026-02-30", "2026-2-3", "20261120", "2026-11-20 ", "", "2026-13-01", "+002026-11-20"])(
    "%j is none",
    (text) => expect(parseDay(text)).toBeNull(),
  );

  test("of a table's suffix needs eight digits that are a date", () => {
    expect(["20261120", "20260230", "2026112", "2026112x"].map(parseCompactDay)).toEqual([
      "2026-11-20",
      null,
      null,
      null,
    ]);
  });

  test("is counted over months, leap days and years", () => {
    expect(addDays(day("2024-02-28"), 2)).toBe("2024-03-01");
    expect(countDays(day("2019-01-01"), day("2025-12-31"))).toBe(2556);
    expect(listDays({ first: day("2026-12-30"), last: day("2027-01-02") })).toHaveLength(4);
    expect(listDays({ first: day("2026-12-30"), last: day("2026-12-29") })).toEqual([]);
  });
});

describe("the calendar of a zone", () => {
  test("puts one instant on different days", () => {
    const now = instant("2026-11-20T05:30:00Z");
    expect(dayAt(now, "America/Los_Angeles")).toBe("2026-11-19");
    expect(dayAt(now, "Europe/Berlin")).toBe("2026-11-20");
  });

  test.each([
    ["2026-03-29", "Europe/Berlin", 23],
    ["2026-10-25", "Europe/Berlin", 25],
    ["2026-11-20", "Europe/Berlin", 24],
    ["2026-03-08", "America/Los_Angeles", 23],
    ["2026-04-05", "Australia/Lord_Howe", 24.5],
  ] as const)("gives %s in %s its %d hours", (text, zone, hours) => {
    const length = dayEnd(day(text), zone) - dayEnd(addDays(day(text), -1), zone);
    expect(length / msPerHour).toBe(hours);
  });

  test("ends a day at the first instant of the next where midnight does not exist", () => {
    // Clocks in São Paulo went from 2018-11-03 23:59:59 to 2018-11-04 01:00.
    expect(dayEnd(day("2018-11-03"), "America/Sao_Paulo")).toBe(instant("2018-11-04T03:00:00Z"));
    expect(dayAt(instant("2018-11-04T03:00:00Z"), "America/Sao_Paulo")).toBe("2018-11-04");
  });
});
