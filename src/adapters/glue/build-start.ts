import type { StartJobRunRequest } from "@aws-sdk/client-glue";
import type { JobStart } from "../../ports.ts";
import { buildGoogleArguments } from "./google-arguments.ts";
import { buildJobName, type GlueOptions } from "./options.ts";
import { buildSessionPolicy } from "./session-policy.ts";
import { chooseWorkers } from "./worker-types.ts";

/** Name of the run's key among its arguments; runs are found by it, since a start has no client token. */
export const runKeyArgument = "--shardlift_run_key";

const minuteMs = 60_000;

/** What o'clock it is here, and by the lake's store; ms. */
export interface StartInstant {
  nowMs: number;
  storeNowMs: number;
}

/**
 * What one run is started with, beside the job's own definition. Workers have AWS's clock, as the store has: the
 * deadline is told by that, however wrong (or, in trials, set) the clock is here. Pure.
 */
export function buildStart(
  options: GlueOptions,
  start: JobStart,
  { nowMs, storeNowMs }: StartInstant,
): StartJobRunRequest {
  const { engine } = options;
  const leftMs = start.deadlineMs - nowMs;
  return {
    JobName: buildJobName(options),
    Arguments: {
      [runKeyArgument]: start.runKey,
      "--spec": start.specKey,
      "--attempt_deadline_ms": String(storeNowMs + leftMs),
      ...(start.sampleRows === undefined ? {} : { "--sample_rows": String(start.sampleRows) }),
      ...buildGoogleArguments(options.google),
    },
    WorkerType: engine.workerType,
    NumberOfWorkers: chooseWorkers(engine, start.bytes),
    Timeout: chooseTimeoutMinutes(engine.timeoutMs, leftMs),
    ExecutionClass: engine.executionClass === "flex" ? "FLEX" : "STANDARD",
    ExecutionRoleSessionPolicy: buildSessionPolicy(options, start.runKey),
  };
}

/** Whole minutes, one at least: Glue knows no shorter ones. */
function chooseTimeoutMinutes(timeoutMs: number, leftMs: number): number {
  return Math.max(1, Math.floor(Math.min(timeoutMs, leftMs) / minuteMs));
}
