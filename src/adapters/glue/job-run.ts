import type { JobRun as GlueJobRun, JobRunState as GlueState } from "@aws-sdk/client-glue";
import type { JobRun, JobRunState } from "../../ports.ts";
import { runKeyArgument } from "./build-start.ts";
import { redact } from "./redact.ts";
import { estimateDpuSeconds } from "./worker-types.ts";

/**
 * After an end that was not the script's own its executors may still be on their way down: for so long (ms) nobody
 * takes the run for ended.
 */
const settleMs = 60_000;

const states: Record<GlueState, JobRunState> = {
  STARTING: "waiting",
  WAITING: "waiting",
  RUNNING: "running",
  STOPPING: "stopping",
  SUCCEEDED: "succeeded",
  FAILED: "failed",
  ERROR: "failed",
  STOPPED: "stopped",
  TIMEOUT: "timed out",
  EXPIRED: "timed out",
};

/** What Glue says of a run, in our words. Pure. @returns null where it says too little to be one */
export function buildJobRun(told: GlueJobRun, nowMs: number): JobRun | null {
  const { Id, StartedOn, JobRunState: named, ExecutionTime: seconds = 0 } = told;
  const state = named === undefined ? undefined : states[named];
  if (Id === undefined || StartedOn === undefined || state === undefined) return null;
  const endedAtMs = readEndMs(told, state);
  const isSettling = endedAtMs !== null && state !== "succeeded" && nowMs < endedAtMs + settleMs;
  return {
    id: Id,
    runKey: told.Arguments?.[runKeyArgument] ?? null,
    state: isSettling ? "stopping" : state,
    startedAtMs: StartedOn.getTime(),
    endedAtMs: isSettling ? null : endedAtMs,
    message: buildMessage(told),
    seconds,
    dpuSeconds: told.DPUSeconds ?? estimateDpuSeconds(told.WorkerType, told.NumberOfWorkers, seconds),
  };
}

function readEndMs(
  { StartedOn, CompletedOn, LastModifiedOn }: GlueJobRun,
  state: JobRunState,
): number | null {
  if (state === "waiting" || state === "running" || state === "stopping") return null;
  return (CompletedOn ?? LastModifiedOn ?? StartedOn)!.getTime();
}

function buildMessage({ ErrorMessage, StateDetail, JobRunState: state, Timeout }: GlueJobRun): string | null {
  const told = ErrorMessage ?? StateDetail;
  if (told) return redact(told);
  if (state === "TIMEOUT") return `longer than its timeout of ${Timeout} minutes`;
  return state === "EXPIRED" ? "waited in Glue's queue for too long" : null;
}
