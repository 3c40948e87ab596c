import type { Environment, Pipeline } from "../config/types.ts";
import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import type { DaySelection } from "../days/window.ts";
import type { Ports } from "../ports.ts";

/** The tasks of the design, in the order in which a day passes them. */
export type TaskName =
  | "push-script"
  | "ensure-job"
  | "wait"
  | "extract"
  | "crawl"
  | "load"
  | "refresh"
  | "prune"
  | "reconcile";

/** What long work tells about itself while it runs; a bar, lines or JSON are made of it elsewhere. */
export type ProgressEvent =
  /** A task begins with so many days; bytes and rows are what it expects, where known. */
  | { event: "task"; task: TaskName | "repair"; days: number; bytes: number }
  /** Rows of a day passed; totals of the day so far. */
  | { event: "rows"; task: TaskName; family: FamilyName; day: Day; rows: number; bytes: number }
  /** A day ended, one way or another; `bytes` is what the plan expected of it. */
  | { event: "day"; task: TaskName; result: DayResult; bytes: number }
  | { event: "note"; level: "info" | "warn"; text: string };

export type DayOutcomeName =
  | "done"
  | "already" // nothing left to do: somebody did it
  | "waiting" // not ready, within patience
  | "missing" // no shard after late_after
  | "refused" // a guard stopped it
  | "lost" // another run won the day
  | "failed";

/** What became of one day of one family in one task. */
export interface DayResult {
  task: TaskName;
  family: FamilyName;
  day: Day;
  outcome: DayOutcomeName;
  /** In words, for people. */
  reason: string;
  rows?: number;
  exitCode: number;
  /** Set where the outcome is `failed` or `refused`. */
  error?: unknown;
}

/** Guards a person may lift for one run. */
export interface RunChoices {
  /** Shrunken shards are taken. */
  accept: boolean;
  /** Unchanged days are extracted too. */
  again: boolean;
  /** `max_read` is passed knowingly. */
  goOn: boolean;
  /** The ledger and the partitions are read instead of trusting the heads. */
  distrust: boolean;
  only: "all" | "outdated";
}

/** Everything a task is given. */
export interface TaskContext {
  pipeline: Pipeline;
  environment: Environment;
  ports: Ports;
  selection: DaySelection;
  choices: RunChoices;
  signal: AbortSignal;
  report(event: ProgressEvent): void;
}

/** What a task hands back: an exit code and the one line of JSON. */
export interface TaskOutput {
  exitCode: number;
  /** JSON-ready: no bigint, no undefined. */
  line: Record<string, unknown>;
  /** What became of each day, with its error, where the task has days. */
  results?: readonly DayResult[];
}
