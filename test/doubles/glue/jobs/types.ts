import type { DoubleClock } from "../../snowflake/clock.ts";
import type { Execute, Execution } from "./execution.ts";
import type { LogStore } from "./logs.ts";
import type { TagStore } from "./tags.ts";

export type RunState =
  | "STARTING"
  | "RUNNING"
  | "STOPPING"
  | "STOPPED"
  | "SUCCEEDED"
  | "FAILED"
  | "TIMEOUT"
  | "ERROR"
  | "WAITING"
  | "EXPIRED";

/** A job as it stands: what was sent, with Glue's own defaults where nothing was. */
export type Definition = Record<string, unknown>;

export interface JobRecord {
  name: string;
  definition: Definition;
  createdMs: number;
  modifiedMs: number;
  /** Oldest first. */
  runs: RunRecord[];
}

export interface RunRecord {
  id: string;
  job: string;
  /** Default and own arguments together, the latter winning. */
  arguments: Record<string, string>;
  /** As `StartJobRun` had them. */
  own: Record<string, string>;
  worker: { type: string; count: number };
  executionClass: string;
  glueVersion: string;
  timeoutMinutes: number;
  sessionPolicy: string | null;
  scriptUri: string;
  state: RunState;
  startedMs: number;
  ranFromMs: number | null;
  endedMs: number | null;
  modifiedMs: number;
  message: string | null;
  executions: Execution[];
  /** Glue knows nothing of it any more. */
  isLost: boolean;
}

/** What becomes of a run instead of what should. */
export type RunFate =
  | "stays starting" // never runs; only a stop ends it
  | "expires" // waits in a queue, and never runs
  | "lost" // runs, and Glue knows nothing of it any more
  | "doubled" // a second run of the same arguments is begun with it
  | "finishes twice" // its script is executed a second time when it has ended
  | "out of memory" // killed as soon as its script has said its first line
  | "breaks down"; // Glue's own fault, before the script begins

export interface JobsWorld {
  clock: DoubleClock;
  region: string;
  account: string;
  jobs: Map<string, JobRecord>;
  tags: TagStore;
  logs: LogStore;
  execute: Execute;
  /** ms between a start and its script, and between a stop and its end. */
  startMs: number;
  stopMs: number;
  /** How long a run that was started stays out of the list, ms. */
  listLagMs: number;
  /** Of the next starts, in order; `null`: as it should be. */
  fates: (RunFate | null)[];
  /** All scripts that were ever executed. */
  executions: Execution[];
}
