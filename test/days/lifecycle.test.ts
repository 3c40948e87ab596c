import { expect, test } from "vitest";
import { families } from "../../src/days/families.ts";
import { finalAt, isHot, isLate } from "../../src/days/lifecycle.ts";
import { day, instant } from "../support/builders.ts";

test("a GA4 day is final 72 hours after its end in the property's zone, whatever the clocks did meanwhile", () => {
  // Berlin leaves summer time on 2026-10-25: the day ends at 22:00Z on the 23rd, 72 hours later it is 23:00 there.
  expect(finalAt(families.ga4_events, "daily", day("2026-10-23"), "Europe/Berlin")).toBe(
    instant("2026-10-26T22:00:00Z"),
  );
});

test("a GA360 day is final once its daily shard exists", () => {
  expect(finalAt(families.ga360_sessions, "daily", day("2017-08-01"), "America/Los_Angeles")).toBe(
    instant("2017-08-02T07:00:00Z"),
  );
});

test("a provisional shard is never final", () => {
  expect(finalAt(families.ga4_events, "intraday", day("2026-10-23"), "UTC")).toBeNull();
  expect(finalAt(families.ga4_events, "fresh", day("2026-10-23"), "UTC")).toBeNull();
});

test("a day is late once the patience after its end has passed", () => {
  const patience = 36 * 3_600_000;
  const end = instant("2026-11-20T23:00:00Z");
  expect(isLate(day("2026-11-20"), end + patience, patience, "Europe/Berlin")).toBe(false);
  expect(isLate(day("2026-11-20"), end + patience + 1, patience, "Europe/Berlin")).toBe(true);
});

test("a retention of 400 days keeps today and the 399 days before it", () => {
  const today = day("2026-11-23");
  expect(isHot(day("2025-10-20"), today, 400)).toBe(true);
  expect(isHot(day("2025-10-19"), today, 400)).toBe(false);
  expect(isHot(day("2015-01-01"), today, null)).toBe(true);
});
