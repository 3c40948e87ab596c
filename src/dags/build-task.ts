import type { Environment, Pipeline } from "../config/types.ts";
import type { TaskEntry } from "./manifest-schema.ts";

/** Longest pause between two tries of a task. */
const maxRetryDelayMs = 30 * 60_000;

/** What differs between tasks; the rest comes from the environment. */
export type TaskInput = Pick<TaskEntry, "id" | "argv"> & Partial<TaskEntry>;

/**
 * A task with the environment's paces. An attempt must end within half of `keep`, so a command gets no longer, and an
 * answer of 75 (somebody else has the warehouse, or won the day) is patience of the same length.
 */
export function buildTask({ orchestration, keepMs }: Environment, input: TaskInput): TaskEntry {
  const { retries, retryDelayMs, pokeMs } = orchestration.airflow;
  const halfOfKeep = toSeconds(keepMs / 2);
  return {
    form: [],
    after: [],
    retries,
    retry_delay_seconds: toSeconds(retryDelayMs),
    max_retry_delay_seconds: toSeconds(Math.max(retryDelayMs, maxRetryDelayMs)),
    timeout_seconds: halfOfKeep,
    poke_seconds: toSeconds(pokeMs),
    patience_seconds: halfOfKeep,
    after_patience: "fail",
    tells_missing: false,
    outlets: [],
    result: null,
    spread: null,
    pool: null,
    ...input,
  };
}

/** A command's words: what it is called, of which pipeline, where. Tasks tell progress as lines of the log. */
export function buildWords(
  command: string,
  environment: Environment,
  pipeline: Pipeline | null,
  ...more: readonly string[]
): string[] {
  const of = pipeline === null ? [] : ["--pipeline", pipeline.name];
  return [command, ...of, "--environment", environment.name, "--progress", "lines", ...more];
}

/** Each task after the one before it. */
export function chainTasks(tasks: readonly TaskEntry[]): TaskEntry[] {
  return tasks.map((task, index) => ({ ...task, after: index === 0 ? [] : [tasks[index - 1]!.id] }));
}

/** What stands in front where the engine is Glue: its script and its job must be there. */
export function listPreparations({ engine }: Environment): string[] {
  return engine.type === "glue" ? ["push-script", "ensure-job"] : [];
}

export function toSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
