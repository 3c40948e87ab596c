import { describe, expect, test } from "vitest";
import { addDays, countDays, type DayRange, listDays } from "../../src/days/day.ts";
import { ShardliftError } from "../../src/errors.ts";
import type { DayMeasure } from "../../src/ports.ts";
import { maxCounts, measureReadable } from "../../src/tasks/measure-readable.ts";
import { day } from "../support/builders.ts";

const first = day("2019-01-01");

const measure = (on: string): DayMeasure => ({
  day: day(on),
  generation: "g1",
  rows: 1,
  checksum: "1",
  nonNull: {},
});

/** A table of one row a day that refuses every range with a damaged day in it. */
function createTable(damaged: readonly string[], code: "data" | "outside" = "data") {
  const asked: DayRange[] = [];
  const count = async (range: DayRange) => {
    asked.push(range);
    const bad = listDays(range).find((one) => damaged.includes(one));
    if (bad !== undefined)
      throw new ShardliftError(code, { failed: "No count.", received: `${bad} is gone` });
    return listDays(range).map(measure);
  };
  return { asked, count };
}

const years: DayRange = { first, last: addDays(first, 2555) };
const { signal } = new AbortController();

describe("a count of days", () => {
  test("is one where all can be read", async () => {
    const { asked, count } = createTable([]);
    const found = await measureReadable(years, count, signal);
    expect(asked).toEqual([years]);
    expect(found.unreadable).toEqual(new Map());
    expect(found.measures).toHaveLength(2556);
  });

  test.each([
    ["the first", ["2019-01-01"]],
    ["the last", [addDays(first, 2555)]],
    ["one in the middle", ["2022-02-29", "2022-03-01"].slice(1)],
    ["neighbours", ["2022-03-01", "2022-03-02"]],
    ["some of many years", ["2019-02-03", "2020-02-29", "2021-12-31", "2024-07-07"]],
  ])("names what cannot be read (%s), and counts every other day once", async (_, damaged) => {
    const { asked, count } = createTable(damaged);
    const found = await measureReadable(years, count, signal);
    expect([...found.unreadable.keys()].sort()).toEqual(damaged);
    for (const [on, { parts }] of found.unreadable) expect(parts.received).toBe(`${on} is gone`);
    const others = listDays(years).filter((one) => !damaged.includes(one));
    expect(found.measures.map((one) => one.day).sort()).toEqual(others);
    const depth = Math.ceil(Math.log2(countDays(years.first, years.last) + 1));
    expect(asked.length).toBeLessThanOrEqual(1 + 2 * depth * damaged.length);
  });

  test("of a single day that cannot be read is not tried twice", async () => {
    const { asked, count } = createTable([first]);
    const found = await measureReadable({ first, last: first }, count, signal);
    expect([...found.unreadable.keys()]).toEqual([first]);
    expect(asked).toHaveLength(1);
  });

  test("ends where everything is gone, and says so of each day", async () => {
    const { asked, count } = createTable(listDays(years));
    const found = await measureReadable(years, count, signal);
    expect(asked).toHaveLength(maxCounts);
    expect([...found.unreadable.keys()].sort()).toEqual(listDays(years));
    expect(found.unreadable.get(first)?.message).toContain("were not counted");
  });

  test("fails where the outside fails, and halves nothing", async () => {
    const { asked, count } = createTable([first], "outside");
    await expect(measureReadable(years, count, signal)).rejects.toMatchObject({ code: "outside" });
    expect(asked).toHaveLength(1);
  });

  test("ends with its signal", async () => {
    const stop = new AbortController();
    const { asked, count } = createTable([first]);
    const stopping = (range: DayRange) => {
      stop.abort(new Error("stop"));
      return count(range);
    };
    await expect(measureReadable(years, stopping, stop.signal)).rejects.toThrow("stop");
    expect(asked).toHaveLength(1);
  });
});
