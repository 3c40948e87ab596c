import type { Clock, DayExtract, JobRuns, ObjectStore } from "../ports.ts";

/** A day as a run is told of it: complete in itself; the deadline comes with the start, since attempts differ in it. */
export type SpecDay = Omit<DayExtract, "deadlineMs">;

/** What a run is to do, under `_runs/<run key>/spec.json`: written once, the same for every run of the key. */
export interface RunSpec {
  formatVersion: 1;
  runKey: string;
  scriptDigest: string;
  days: { key: string; extract: SpecDay }[];
}

export interface RunLimits {
  /** Days and source bytes of one run; a day above `bytesPerRun` has a run of its own. */
  daysPerRun: number;
  bytesPerRun: number;
  /** Days that one call of the engine may spread over runs. */
  daysAtOnce: number;
}

export interface RunsEngineOptions {
  /** Of the engine, as manifests have it: `glue`. */
  name: string;
  store: ObjectStore;
  jobRuns: JobRuns;
  clock: Clock;
  /** Hash of the script and its wheels; another script's runs are not joined. */
  scriptDigest: string;
  limits: RunLimits;
  /** Half of `keep`, ms: a run that began before that is not joined, since nothing of it can be committed. */
  maxRunMs: number;
  /** How long the service may leave out a run that has begun, ms; a start without an answer is repeated after it. */
  listLagMs: number;
  /** Price of a DPU hour, for what a run has cost; null where the service does not bill by it. */
  dpuHourUsd: number | null;
  /** What becomes of the runs this call has started when it is told to stop: joined by the next one, or ended. */
  onAbort: "leave" | "stop";
}

/** One day on its way through the engine. */
export interface DayWork {
  extract: DayExtract;
  key: string;
  /** Starts without an answer so far. */
  unanswered: number;
  /** Not started before this instant (ms); it may be joined. */
  notBeforeMs: number;
}

/** A run that some of our days wait for. */
export interface FollowedRun {
  id: string;
  runKey: string;
  /** null: started by us, and the service has not told yet. */
  startedAtMs: number | null;
  /** Keys of all its days, ours among them. */
  dayKeys: ReadonlySet<string>;
  works: DayWork[];
  /** Whether people were told of it. */
  isTold: boolean;
  /** Reads in a row that failed, and that knew no such run. */
  faults: number;
  misses: number;
}

/** All that one call of the engine knows. */
export interface RunsState {
  pending: DayWork[];
  followed: FollowedRun[];
  /** Runs this call has started, whoever follows them. */
  startedIds: string[];
  /** Day keys of the specs read so far: a spec never changes. */
  specs: Map<string, ReadonlySet<string>>;
  /** Until then (ms) an older run may come to be seen beside one that was started here. */
  listUntilMs: number;
  /** Lists in a row that failed. */
  faults: number;
  /** Starts in a row that were refused because enough runs are on. */
  refusals: number;
}
