import { describe, expect, test } from "vitest";
import { buildStart } from "../../../src/adapters/glue/build-start.ts";
import { buildSessionPolicy } from "../../../src/adapters/glue/session-policy.ts";
import {
  chooseTaskCpus,
  chooseWorkers,
  estimateDpuSeconds,
} from "../../../src/adapters/glue/worker-types.ts";
import type { JobStart } from "../../../src/ports.ts";
import { buildGlueEngine, buildGlueOptions, jobName } from "./glue-world.ts";

const nowMs = Date.UTC(2026, 10, 23, 11);
const hourMs = 3_600_000;
const instant = { nowMs, storeNowMs: nowMs };
const start: JobStart = {
  runKey: "a".repeat(64),
  specKey: "_runs/a/spec.json",
  pipeline: "web-shop",
  bytes: 9_000_000_000,
  deadlineMs: nowMs + 12 * hourMs,
};

describe("a start", () => {
  test("says what the run needs beside its job, and nothing more", () => {
    const options = buildGlueOptions();
    expect(buildStart(options, start, instant)).toEqual({
      JobName: jobName,
      Arguments: {
        "--shardlift_run_key": start.runKey,
        "--spec": "_runs/a/spec.json",
        "--attempt_deadline_ms": String(start.deadlineMs),
      },
      WorkerType: "G.1X",
      NumberOfWorkers: 6,
      Timeout: 240,
      ExecutionClass: "STANDARD",
      ExecutionRoleSessionPolicy: buildSessionPolicy(options, start.runKey),
    });
  });

  test.each([
    ["of the environment", 12 * hourMs, 240],
    ["that is left of the attempt", 90 * 60_000 + 59_000, 90],
    ["of a minute at least", 1000, 1],
    ["of a minute where the deadline has passed", -hourMs, 1],
  ])("has the timeout %s", (_, leftMs, minutes) => {
    const late = { ...start, deadlineMs: nowMs + leftMs };
    expect(buildStart(buildGlueOptions(), late, instant).Timeout).toBe(minutes);
  });

  test("tells its deadline by the store's clock, which is the workers'", () => {
    const behind = { nowMs, storeNowMs: nowMs + 96 * hourMs };
    const { Arguments, Timeout } = buildStart(buildGlueOptions(), start, behind);
    expect([Arguments?.["--attempt_deadline_ms"], Timeout]).toEqual([String(nowMs + 108 * hourMs), 240]);
  });

  test("says how many rows a sample has, and nothing of it for whole days", () => {
    const rowsOf = (given: JobStart) =>
      buildStart(buildGlueOptions(), given, instant).Arguments?.["--sample_rows"];
    expect([rowsOf({ ...start, sampleRows: 500 }), rowsOf(start)]).toEqual(["500", undefined]);
  });

  test("is of the class that the environment says", () => {
    const engine = buildGlueEngine({ executionClass: "flex" });
    expect(buildStart(buildGlueOptions({ engine }), start, instant).ExecutionClass).toBe("FLEX");
  });
});

test.each([
  ["G.1X", 0, 2],
  ["G.1X", 2e9, 2],
  ["G.1X", 2e9 + 1, 3],
  ["G.1X", 38e9, 20],
  ["G.1X", 1e15, 20],
  ["G.4X", 38e9, 6],
] as const)("%s for %d bytes: %d workers, the driver among them", (workerType, bytes, count) => {
  expect(chooseWorkers(buildGlueEngine({ workerType }), bytes)).toBe(count);
});

test.each([
  ["G.1X", null, 1],
  ["G.1X", 1e9, 1],
  ["G.1X", 1.5e9, 2],
  ["G.1X", 64e9, 4],
  ["G.8X", 6e9, 6],
] as const)("%s with %d bytes a task: %d cores", (workerType, taskMemoryBytes, cpus) => {
  expect(chooseTaskCpus(buildGlueEngine({ workerType, taskMemoryBytes }))).toBe(cpus);
});

test.each([
  ["G.1X", 2, 600, 1200],
  ["G.8X", 10, 600, 48_000],
  ["G.1X", 2, 12, 120],
  ["G.1X", 2, 0, 0],
  ["G.025X", 2, 100, 50],
  ["Z.1X", 2, 600, null],
  [undefined, 2, 600, null],
  ["G.1X", undefined, 600, null],
])("%s, %s workers, %d s are billed as %s DPU seconds", (type, workers, seconds, billed) => {
  expect(estimateDpuSeconds(type, workers, seconds)).toBe(billed);
});
