import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/adapters/memory/memory-store.ts";
import {
  buildReportedError,
  type DayReport,
  parseDayReport,
  renderDayReport,
} from "../../src/runs/day-report.ts";
import { progressKey } from "../../src/runs/keys.ts";
import { readProgress } from "../../src/runs/run-progress.ts";
import { buildRunSpec, buildSpecDay, parseRunSpec, renderRunSpec } from "../../src/runs/run-spec.ts";
import { writeSpec } from "../../src/runs/write-spec.ts";
import { createFaultyStore } from "../lake/faulty-store.ts";
import { buildDay, buildFailure } from "./world.ts";

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const spec = buildRunSpec(
  ["2026-11-20", "2026-11-19"].map((on) => buildSpecDay(buildDay(on))),
  "script-1",
);
const pause = async () => {};

describe("a spec", () => {
  test("comes back as it was written, and tells of no deadline", () => {
    const body = renderRunSpec(spec);
    expect(parseRunSpec("spec.json", body)).toEqual(spec);
    expect(new TextDecoder().decode(body)).not.toContain("deadline");
  });

  test("is the same to the byte for the same days in another order", () => {
    const [first, second] = spec.days.map(({ extract }) => extract);
    expect(renderRunSpec(buildRunSpec([second!, first!], "script-1"))).toEqual(renderRunSpec(spec));
  });

  test.each<[string, unknown, string]>([
    ["of a newer format", { ...spec, formatVersion: 2 }, "refused"],
    ["with a member nobody knows", { ...spec, more: 1 }, "data"],
    ["without days", { ...spec, days: [] }, "data"],
    [
      "with a key that is not its content's",
      { ...spec, days: spec.days.map((one) => ({ ...one, key: "a" })) },
      "data",
    ],
    ["with another run's key", { ...spec, runKey: "a" }, "data"],
    [
      "with a day that was changed",
      {
        ...spec,
        days: spec.days.map(({ key, extract }) => ({ key, extract: { ...extract, prefix: "other/" } })),
      },
      "data",
    ],
  ])("%s is refused", (_, value, code) => {
    expect(() => parseRunSpec("spec.json", encode(value))).toThrow(expect.objectContaining({ code }));
  });

  test("is written once; the same again is no conflict, another under its key is", async () => {
    const store = createMemoryStore({ nowMs: () => 0 });
    const key = await writeSpec(store, spec, pause);
    expect(await writeSpec(store, spec, pause)).toBe(key);

    await store.remove([key]);
    await store.put(key, encode({ other: 1 }), { ifAbsent: true });
    await expect(writeSpec(store, spec, pause)).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining(key),
    });
  });

  test("that was there already is as young as the run that is started with it", async () => {
    const clock = { ms: 0 };
    const store = createMemoryStore({ nowMs: () => clock.ms });
    const key = await writeSpec(store, spec, pause);
    clock.ms = 1000;
    await writeSpec(store, spec, pause);

    const listed = [];
    for await (const object of store.list(key)) listed.push(object.modifiedMs);
    expect(listed).toEqual([1000]);
  });

  test.each(["loses the answer of", "never sends"] as const)(
    "is there after a store that %s its put",
    async (fault) => {
      const inner = createMemoryStore({ nowMs: () => 0 });
      const key = await writeSpec(createFaultyStore(inner, fault, 0).store, spec, pause);
      expect((await inner.get(key))!.body).toEqual(renderRunSpec(spec));
    },
  );
});

describe("a report", () => {
  const { family, day } = buildDay("2026-11-20");
  const common = { formatVersion: 1, key: "k", family, day } as const;
  const written: DayReport = {
    ...common,
    outcome: "written",
    report: {
      generation: "g1",
      files: [{ key: "a", bytes: 1, rows: 1 }],
      duplicatesFiles: [],
      balance: { source: 1, written: 1, duplicates: { exact: 0, conflicting: 0 }, filtered: 0 },
      checksum: "1",
      nonNull: { event_id: 1 },
      columns: [{ name: "event_id", type: "STRING", mode: "NULLABLE" }],
      engine: { name: "duckdb", version: "v1.5.5" },
      startedAtMs: 1000,
    },
  };
  const failed: DayReport = { ...common, ...buildFailure() };

  test.each([written, failed])("comes back as it was written ($outcome)", (report) => {
    expect(parseDayReport("r.json", renderDayReport(report))).toEqual(report);
  });

  test.each<[string, unknown, string]>([
    ["of a newer format", { ...written, formatVersion: 2 }, "refused"],
    [
      "that does not say when its writer began",
      { ...written, report: { ...written.report, startedAtMs: null } },
      "data",
    ],
    [
      "with a generation that leads elsewhere",
      { ...written, report: { ...written.report, generation: "../g" } },
      "data",
    ],
    ["with a member nobody knows", { ...written, more: 1 }, "data"],
    ["without a count of each column", { ...written, report: { ...written.report, nonNull: {} } }, "data"],
    ["of an end nobody knows", { ...written, outcome: "skipped" }, "data"],
    ["with a signal's error", { ...failed, error: { ...failed.error, code: "terminated" } }, "data"],
  ])("%s is refused", (_, value, code) => {
    expect(() => parseDayReport("r.json", encode(value))).toThrow(expect.objectContaining({ code }));
  });

  test("tells its error in four parts", () => {
    expect(buildReportedError(buildFailure().error)).toMatchObject({
      code: "data",
      retryable: false,
      message: "A file cannot be read.\n  rule: all of it\n  received: row 7\n  to do: mend it",
    });
  });
});

describe("progress", () => {
  const key = progressKey("k", "jr-1");

  test.each([
    ["of a newer format", { formatVersion: 2, days: [] }],
    ["that is none", { days: 7 }],
  ])("%s tells nothing and fails nothing", async (_, value) => {
    const store = createMemoryStore({ nowMs: () => 0 });
    await store.put(key, encode(value), { ifAbsent: true });
    expect(await readProgress(store, "k", "jr-1")).toEqual([]);
  });

  test("that the store does not give tells nothing", async () => {
    const { store } = createFaultyStore(createMemoryStore({ nowMs: () => 0 }), "never sends", 0);
    expect(await readProgress(store, "k", "jr-1")).toEqual([]);
  });
});
