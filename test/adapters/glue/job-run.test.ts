import type { JobRun as GlueJobRun } from "@aws-sdk/client-glue";
import { describe, expect, test } from "vitest";
import { buildJobRun } from "../../../src/adapters/glue/job-run.ts";
import { redact } from "../../../src/adapters/glue/redact.ts";

const startMs = Date.UTC(2026, 10, 23, 11);
const endMs = startMs + 600_000;

function build(over: Partial<GlueJobRun>, nowMs = endMs + 3_600_000) {
  const told: GlueJobRun = {
    Id: "jr_1",
    StartedOn: new Date(startMs),
    CompletedOn: new Date(endMs),
    JobRunState: "SUCCEEDED",
    Arguments: { "--shardlift_run_key": "key" },
    ExecutionTime: 580,
    Timeout: 240,
    WorkerType: "G.2X",
    NumberOfWorkers: 3,
    ...over,
  };
  return buildJobRun(told, nowMs);
}

describe("what Glue says of a run", () => {
  test("is told in our words", () => {
    expect(build({})).toEqual({
      id: "jr_1",
      runKey: "key",
      state: "succeeded",
      startedAtMs: startMs,
      endedAtMs: endMs,
      message: null,
      seconds: 580,
      dpuSeconds: 3480,
    });
  });

  test.each([
    ["STARTING", "waiting", null],
    ["WAITING", "waiting", null],
    ["RUNNING", "running", null],
    ["STOPPING", "stopping", null],
    ["SUCCEEDED", "succeeded", endMs],
    ["FAILED", "failed", endMs],
    ["ERROR", "failed", endMs],
    ["STOPPED", "stopped", endMs],
    ["TIMEOUT", "timed out", endMs],
    ["EXPIRED", "timed out", endMs],
  ] as const)("%s is %s", (told, state, endedAtMs) => {
    expect(build({ JobRunState: told })).toMatchObject({ state, endedAtMs });
  });

  test.each(["FAILED", "STOPPED", "TIMEOUT", "ERROR"] as const)(
    "%s is not believed to have ended for a minute: executors may still be writing",
    (state) => {
      const over = { JobRunState: state };
      expect(build(over, endMs + 59_999)).toMatchObject({ state: "stopping", endedAtMs: null });
      expect(build(over, endMs + 60_000)).toMatchObject({ endedAtMs: endMs });
    },
  );

  test("SUCCEEDED is believed at once: the script itself waited for its executors", () => {
    expect(build({}, endMs)).toMatchObject({ state: "succeeded", endedAtMs: endMs });
  });

  test("has Glue's own DPU seconds where it tells them", () => {
    expect(build({ DPUSeconds: 1234.5 })!.dpuSeconds).toBe(1234.5);
  });

  test("has no key where somebody started it by hand", () => {
    expect(build({ Arguments: {} })!.runKey).toBeNull();
  });

  test("is nothing where it is a state that nobody knows", () => {
    expect(build({ JobRunState: "PAUSED" as never })).toBeNull();
  });

  test("explains a timeout, where Glue itself says nothing", () => {
    expect(build({ JobRunState: "TIMEOUT" })!.message).toBe("longer than its timeout of 240 minutes");
  });
});

describe("what is shown of a log", () => {
  test.each([
    ["key AKIAIOSFODNN7EXAMPLE used", "key *** used"],
    ["AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", "AWS_SECRET_ACCESS_KEY=***"],
    ['{"session_token": "FwoGZXIvYXdzE"}', '{"session_token": "***"}'],
    ["GET https://b/k?X-Amz-Signature=abc123&x=1", "GET https://b/k?X-Amz-Signature=***&x=1"],
    ["Authorization: Bearer eyJhbGciOi.J9", "Authorization: Bearer ***"],
    ["password: hunter2, user: ann", "password: ***, user: ann"],
    ["-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "***"],
  ])("hides the secret of %j", (text, shown) => {
    expect(redact(text)).toBe(shown);
  });

  test.each([
    "events_20261120-000.parquet: 24219 rows, checksum 170141183460469231731687303715884105727",
    "An error occurred (AccessDenied) when calling the GetObject operation: arn:aws:iam::123456789012:role/glue",
    "s3://shop-lake/_runs/0123456789abcdef/spec.json",
  ])("leaves %j", (text) => {
    expect(redact(text)).toBe(text);
  });
});
