import { ShardliftError } from "../../src/errors.ts";
import type { JobRun, JobRuns, JobStart } from "../../src/ports.ts";

/** What a run's script is told; it throws to fail. */
export interface ScriptInput extends JobStart {
  id: string;
}

export interface MemoryJobRunsOptions {
  /** ms since the epoch; runs move on as it does, whenever they are looked at. */
  nowMs: () => number;
  /** Done once per run, at the moment it begins to run. */
  script: (input: ScriptInput) => Promise<void>;
  /** How long a run waits, runs, and takes to stop. */
  waitMs?: number;
  runMs?: number;
  stopMs?: number;
  maxConcurrent?: number;
  /** How long a run that was started stays out of the list. */
  listLagMs?: number;
}

/** A job service in memory, with ways to make it misbehave. */
export interface MemoryJobRuns extends JobRuns {
  /** What the next starts do instead, in order; `null`: as they should. */
  nextStarts: (StartFault | null)[];
  /** Methods that reject with this error as long as it is there. */
  broken: Partial<Record<"list" | "read" | "stop", Error>>;
  /** Runs whose script never ends: their deadline ends them. */
  endless: Set<string>;
  /** Runs that nothing ends but a stop. */
  stuck: Set<string>;
  /** Runs that the service has forgotten. */
  lost: Set<string>;
  /** Every call, as `start jr-1`, `read jr-1`. */
  calls: string[];
  /** All runs as they are now, oldest first. */
  readAll(): Promise<JobRun[]>;
}

export type StartFault = "not done, answer lost" | "done, answer lost" | "doubled" | "refused";

interface Entry {
  start: JobStart;
  run: JobRun;
  /** When the script began, and how it ended. */
  ranFromMs: number | null;
  failure: string | null;
  stopFromMs: number | null;
}

export function createMemoryJobRuns(options: MemoryJobRunsOptions): MemoryJobRuns {
  const { nowMs, script, waitMs = 10_000, runMs = 60_000, stopMs = 5_000 } = options;
  const { maxConcurrent = Number.POSITIVE_INFINITY, listLagMs = 0 } = options;
  const entries: Entry[] = [];

  function add(start: JobStart): string {
    const id = `jr-${entries.length + 1}`;
    const { runKey } = start;
    const times = { startedAtMs: nowMs(), endedAtMs: null, seconds: 0, dpuSeconds: null };
    const run: JobRun = { id, runKey, state: "waiting", message: null, ...times };
    entries.push({ start, run, ranFromMs: null, failure: null, stopFromMs: null });
    return id;
  }

  async function settleAll(): Promise<void> {
    for (const entry of entries) await settle(entry);
  }

  /** Brings a run to where it must be by now. */
  async function settle(entry: Entry): Promise<void> {
    const { run, start } = entry;
    if (run.endedAtMs !== null) return;
    if (entry.stopFromMs === null) await begin(entry);
    const isStuck = service.stuck.has(run.id);
    const stoppedMs = entry.stopFromMs === null ? null : entry.stopFromMs + stopMs;
    const isEndless = isStuck || service.endless.has(run.id);
    const doneMs = entry.ranFromMs === null || isEndless ? null : entry.ranFromMs + runMs;
    const lateMs = isStuck ? null : start.deadlineMs;
    const ends = [
      { atMs: stoppedMs, state: "stopped", message: "stopped by request" } as const,
      entry.failure === null
        ? ({ atMs: doneMs, state: "succeeded", message: null } as const)
        : ({ atMs: doneMs, state: "failed", message: entry.failure } as const),
      { atMs: lateMs, state: "timed out", message: "the run took too long" } as const,
    ];
    const due = ends.filter(({ atMs }) => atMs !== null && atMs <= nowMs());
    const [end] = due.sort((a, b) => a.atMs! - b.atMs!);
    if (end === undefined) return;
    const seconds = (end.atMs! - (entry.ranFromMs ?? end.atMs!)) / 1000;
    entry.run = { ...entry.run, state: end.state, message: end.message, endedAtMs: end.atMs!, seconds };
  }

  async function begin(entry: Entry): Promise<void> {
    const { run, start } = entry;
    const fromMs = run.startedAtMs + waitMs;
    if (entry.ranFromMs !== null || fromMs > nowMs() || fromMs >= start.deadlineMs) return;
    entry.ranFromMs = fromMs;
    entry.run = { ...run, state: "running" };
    await script({ ...start, id: run.id }).catch((error: Error) => {
      entry.failure = error.message;
    });
  }

  const isAlive = ({ run }: Entry) => run.endedAtMs === null;
  const find = (id: string) => (service.lost.has(id) ? undefined : entries.find(({ run }) => run.id === id));

  const service: MemoryJobRuns = {
    location: "job in memory",
    nextStarts: [],
    broken: {},
    endless: new Set(),
    stuck: new Set(),
    lost: new Set(),
    calls: [],
    async start(start) {
      await settleAll();
      const fault = service.nextStarts.shift() ?? null;
      service.calls.push(`start${fault === null ? "" : ` ${fault}`}`);
      if (fault === "refused") throw new ShardliftError("config", { failed: "no right to start" });
      if (entries.filter(isAlive).length >= maxConcurrent) throw buildLimitError();
      if (fault === "not done, answer lost") throw buildLostAnswer();
      if (fault === "doubled") add(start);
      const id = add(start);
      if (fault === "done, answer lost") throw buildLostAnswer();
      return id;
    },
    async *list() {
      service.calls.push("list");
      if (service.broken.list) throw service.broken.list;
      await settleAll();
      const untilMs = nowMs() - listLagMs;
      const shown = entries.filter(({ run }) => find(run.id) && run.startedAtMs <= untilMs);
      for (const { run } of shown.reverse()) yield { ...run };
    },
    async read(id) {
      service.calls.push(`read ${id}`);
      if (service.broken.read) throw service.broken.read;
      const entry = find(id);
      if (entry === undefined) return null;
      await settle(entry);
      return { ...entry.run };
    },
    async stop(id) {
      service.calls.push(`stop ${id}`);
      if (service.broken.stop) throw service.broken.stop;
      const entry = find(id);
      if (entry === undefined) return;
      await settle(entry);
      if (!isAlive(entry)) return;
      entry.stopFromMs ??= nowMs();
      entry.run = { ...entry.run, state: "stopping" };
    },
    async explain({ id }) {
      service.calls.push(`explain ${id}`);
      return { lines: ["the last line"], place: "the log in memory", remedy: "give it more memory" };
    },
    async readAll() {
      await settleAll();
      return entries.map(({ run }) => ({ ...run }));
    },
  };
  return service;
}

export function buildLostAnswer(): ShardliftError {
  return new ShardliftError("outside", { failed: "no answer" }, { retryable: true });
}

function buildLimitError(): ShardliftError {
  return new ShardliftError("not-ready", { failed: "as many runs are on as may be" }, { retryable: true });
}
