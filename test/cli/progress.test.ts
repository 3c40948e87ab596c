import { describe, expect, test } from "vitest";
import { createPaint } from "../../src/cli/paint.ts";
import { createProgress, type ProgressMode, pickProgressMode } from "../../src/cli/progress.ts";
import { renderBar } from "../../src/cli/render-bar.ts";
import { formatBytes } from "../../src/plan/format.ts";
import { plain } from "../../src/plan/render-plan.ts";
import type { DayResult, ProgressEvent } from "../../src/tasks/context.ts";
import { day } from "../support/builders.ts";

const result: DayResult = {
  task: "extract",
  family: "ga4_events",
  day: day("2026-11-20"),
  outcome: "done",
  reason: "1,000 read, 990 written, 10 duplicates, 0 filtered",
  rows: 990,
  exitCode: 0,
};

const events: ProgressEvent[] = [
  { event: "task", task: "extract", days: 2, bytes: 2_000_000 },
  { event: "rows", task: "extract", family: "ga4_events", day: day("2026-11-20"), rows: 500, bytes: 500_000 },
  { event: "day", task: "extract", result, bytes: 1_000_000 },
  {
    event: "day",
    task: "extract",
    result: {
      ...result,
      day: day("2026-11-19"),
      outcome: "failed",
      reason: "broken",
      error: new Error("broken"),
    },
    bytes: 1_000_000,
  },
];

/** All that is written for the events, one second apart. */
function show(mode: ProgressMode, list: readonly ProgressEvent[] = events, stepMs = 1000): string {
  let written = "";
  let nowMs = 0;
  const stream = { write: (text: string) => (written += text), columns: 100 };
  const progress = createProgress({ mode, stream, nowMs: () => nowMs, paint: plain });
  for (const event of list) {
    nowMs += stepMs;
    progress.report(event);
  }
  progress.stop();
  return written;
}

describe("progress", () => {
  test("is a bar at a terminal and lines in a log, unless somebody asks otherwise", () => {
    expect(pickProgressMode("auto", { isTTY: true })).toBe("bar");
    expect(pickProgressMode("auto", {})).toBe("lines");
    expect(pickProgressMode("json", { isTTY: true })).toBe("json");
  });

  test("tells no bytes where none are read", () => {
    const begun = (bytes: number): ProgressEvent => ({ event: "task", task: "reconcile", days: 11, bytes });
    expect(show("lines", [begun(0)])).toBe("reconcile: 11 days\n");
    expect(show("lines", [begun(2_000_000)])).toBe(`reconcile: 11 days, ${formatBytes(2_000_000)}\n`);
  });

  test("adds up days that are lifted at once, each as far as it is", () => {
    const rows = (on: string, count: number, bytes: number): ProgressEvent => ({
      event: "rows",
      task: "extract",
      family: "ga4_events",
      day: day(on),
      rows: count,
      bytes,
    });
    const list = [events[0]!, rows("2026-11-20", 100, 200_000), rows("2026-11-19", 50, 100_000)];
    const told = [...list, rows("2026-11-20", 300, 600_000), events[2]!, rows("2026-11-19", 60, 200_000)];
    expect(show("lines", told, 30_000).split("\n").slice(1, -1)).toEqual([
      "extract: 10 %, 0 of 2 days, 100 rows, ga4_events 2026-11-20",
      "extract: 15 %, 0 of 2 days, 150 rows, ga4_events 2026-11-19",
      "extract: 35 %, 0 of 2 days, 350 rows, ga4_events 2026-11-20",
      expect.stringContaining("ga4_events 2026-11-20: done"),
      "extract: 60 %, 1 of 2 days, 1,050 rows, ga4_events 2026-11-19",
    ]);
  });

  test("as lines tells each day once", () => {
    expect(show("lines")).toBe(
      [
        "extract: 2 days, 2.00 MB",
        "extract ga4_events 2026-11-20: done, 990 rows, 1,000 read, 990 written, 10 duplicates, 0 filtered",
        "extract ga4_events 2026-11-19: failed, 990 rows, broken",
        "",
      ].join("\n"),
    );
  });

  test("as lines stays sparse within a long day: one line in half a minute", () => {
    const rows = Array.from({ length: 90 }, (_, index): ProgressEvent => {
      return {
        event: "rows",
        task: "extract",
        family: "ga4_events",
        day: day("2026-11-20"),
        rows: index * 10,
        bytes: index * 10_000,
      };
    });
    const lines = show("lines", [events[0]!, ...rows])
      .trim()
      .split("\n");
    expect(lines).toEqual([
      "extract: 2 days, 2.00 MB",
      "extract: 14 %, 0 of 2 days, 290 rows, ga4_events 2026-11-20",
      "extract: 29 %, 0 of 2 days, 590 rows, ga4_events 2026-11-20",
      "extract: 44 %, 0 of 2 days, 890 rows, ga4_events 2026-11-20",
    ]);
  });

  test("as JSON is one event a line, errors by their message", () => {
    const lines = show("json")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.event)).toEqual(["task", "rows", "day", "day"]);
    expect(lines[3].result.error).toBe("broken");
  });

  test("as a bar redraws one line, leaves failures above it, and clears itself at the end", () => {
    const written = show("bar");
    const drawn = written.split("\r\x1b[2K").filter((text) => text !== "");
    expect(drawn).toEqual([
      "extract   ░░░░░░░░░░░░░░░░░░░░░░░░   0 %  0/2 days  0 rows  ",
      "extract   ██████░░░░░░░░░░░░░░░░░░  25 %  0/2 days  500 rows  ga4_events 2026-11-20",
      "extract   ████████████░░░░░░░░░░░░  50 %  1/2 days  990 rows  ga4_events 2026-11-20",
      "extract ga4_events 2026-11-19: failed, 990 rows, broken\n",
      "extract   ████████████████████████ 100 %  2/2 days  1,980 rows  ga4_events 2026-11-19",
    ]);
    expect(written.endsWith("\r\x1b[2K")).toBe(true);
  });

  test("as none is silent", () => {
    expect(show("none")).toBe("");
  });
});

test("a bar fits the terminal it is drawn in", () => {
  const line = { name: "extract", share: 0.5, text: "x".repeat(200), columns: 60 };
  expect(renderBar(line)).toHaveLength(59);
});

describe("colour", () => {
  const terminal = { isTTY: true };
  test.each([
    ["a terminal", terminal, {}, true],
    ["a file", {}, {}, false],
    ["NO_COLOR", terminal, { NO_COLOR: "1" }, false],
    ["a dumb terminal", terminal, { TERM: "dumb" }, false],
    ["a file, where it is forced", {}, { FORCE_COLOR: "1" }, true],
  ] as const)("at %s", (_, stream, env, isPainted) => {
    expect(createPaint(stream, env)("good", "text")).toBe(isPainted ? "\x1b[32mtext\x1b[39m" : "text");
  });
});
