/** Runs without a cluster: a store, a clock and a job service in memory, and a script that writes one file a day. */
import { createMemoryStore } from "../../src/adapters/memory/memory-store.ts";
import type {
  Clock,
  DayExtract,
  DayOutcome,
  Engine,
  GenerationReport,
  ObjectStore,
} from "../../src/ports.ts";
import { type DayReport, renderDayReport } from "../../src/runs/day-report.ts";
import { dayReportKey, progressKey, sampleReportKey } from "../../src/runs/keys.ts";
import { renderRunProgress } from "../../src/runs/run-progress.ts";
import { parseRunSpec } from "../../src/runs/run-spec.ts";
import { createRunsEngine } from "../../src/runs/runs-engine.ts";
import type { RunSpec, RunsEngineOptions, SpecDay } from "../../src/runs/types.ts";
import { buildVersion, day as parse } from "../support/builders.ts";
import {
  createMemoryJobRuns,
  type MemoryJobRuns,
  type MemoryJobRunsOptions,
  type ScriptInput,
} from "../support/memory-job-runs.ts";

export const startMs = Date.UTC(2026, 10, 23, 11);
export const hourMs = 3_600_000;

export interface RunsWorld {
  clock: Clock & { ms: number };
  store: ObjectStore;
  jobRuns: MemoryJobRuns;
  /** What the script does with a day instead of writing it. */
  onDay: (day: SpecDay, run: ScriptInput) => "write" | "fail" | "leave out";
  /** Specs of the runs whose script began, in order. */
  ran: { id: string; spec: RunSpec }[];
  options(over?: Partial<RunsEngineOptions>): RunsEngineOptions;
  /** Runs an engine of its own over these days to its end. */
  extract(days: readonly DayExtract[], over?: ExtractOver): Promise<DayOutcome[]>;
}

export interface ExtractOver {
  options?: Partial<RunsEngineOptions>;
  signal?: AbortSignal;
  onRows?: (day: string, rows: number) => void;
}

export function createRunsWorld(over: Partial<MemoryJobRunsOptions> = {}): RunsWorld {
  const clock = {
    ms: startMs,
    now: () => clock.ms,
    async sleep(ms: number, signal?: AbortSignal) {
      signal?.throwIfAborted();
      clock.ms += ms;
    },
  };
  const store = createMemoryStore({ nowMs: clock.now });
  const jobRuns = createMemoryJobRuns({
    nowMs: clock.now,
    script: (input) => runScript(world, input),
    ...over,
  });
  const world: RunsWorld = {
    clock,
    store,
    jobRuns,
    onDay: () => "write",
    ran: [],
    options: (changes) => ({
      name: "glue",
      store,
      jobRuns,
      clock,
      scriptDigest: "script-1",
      limits: { daysPerRun: 10, bytesPerRun: 1_000_000, daysAtOnce: 50 },
      maxRunMs: 12 * hourMs,
      listLagMs: 60_000,
      dpuHourUsd: null,
      onAbort: "leave",
      ...changes,
    }),
    extract: (days, { options, ...rest } = {}) =>
      extractAll(createRunsEngine(world.options(options)), days, rest),
  };
  return world;
}

export async function extractAll(
  engine: Engine,
  days: readonly DayExtract[],
  { signal = new AbortController().signal, onRows = () => {} }: ExtractOver = {},
): Promise<DayOutcome[]> {
  const outcomes: DayOutcome[] = [];
  const context = {
    signal,
    onRows: (on: string, _: unknown, rows: number) => onRows(on, rows),
  };
  for await (const outcome of engine.extract(days, context)) outcomes.push(outcome);
  return outcomes;
}

/** A day of one file of 1,000 bytes whose attempt began now. */
export function buildDay(on: string, over: Partial<DayExtract> = {}): DayExtract {
  const parsed = parse(on);
  return {
    pipeline: "web-shop",
    family: "ga4_events",
    day: parsed,
    shard: {
      version: buildVersion(parsed),
      schema: [{ name: "event_name", type: "STRING", mode: "NULLABLE" }],
      parts: [{ path: `s3://exports/${on}.parquet`, format: "parquet", bytes: 1000 }],
    },
    recipe: {
      formatVersion: 1,
      formula: 1,
      duckdbVersion: "v1.5.5",
      rulesDigest: "rules-1",
      needsHashKey: true,
      columns: [{ name: "event_id", type: "STRING", mode: "NULLABLE" }],
      statements: { write: ["COPY clean_rows TO {{@path}}"] } as DayExtract["recipe"]["statements"],
    },
    prefix: `web-shop/ga4_events/day=${on}/`,
    duplicatesPrefix: null,
    deadlineMs: startMs + 12 * hourMs,
    ...over,
  };
}

/** `2026-11-20 jr-1`: which run's generation is the outcome; or `2026-11-20 outside: …`. */
export function tell(outcomes: readonly DayOutcome[]): string[] {
  return outcomes.map((outcome) => {
    if ("report" in outcome) return `${outcome.day} ${readRunId(outcome.report)}`;
    const { code, message } = outcome.error as { code?: string; message: string };
    return `${outcome.day} ${code ?? "?"}: ${message.split("\n")[0]}`;
  });
}

/** How often each method was called. */
export function count(world: RunsWorld, method: string): number {
  return world.jobRuns.calls.filter((call) => call.split(" ")[0] === method).length;
}

function readRunId({ generation }: GenerationReport): string {
  return generation.split("_")[0]!;
}

/** What a script needs of its world. */
export type ScriptWorld = Pick<RunsWorld, "store" | "onDay" | "ran"> & { clock: Pick<Clock, "now"> };

/** Reads its spec, writes one file a day, and reports day by day. */
export async function runScript(world: ScriptWorld, input: ScriptInput): Promise<void> {
  const { store } = world;
  const spec = parseRunSpec(input.specKey, (await store.get(input.specKey))!.body);
  world.ran.push({ id: input.id, spec });
  const progress = spec.days.map(({ key }) => ({ key, rows: 500, bytes: 1000 }));
  await put(
    store,
    progressKey(input.runKey, input.id),
    renderRunProgress({ formatVersion: 1, days: progress }),
  );
  for (const { key, extract } of spec.days) {
    // What the script is started with decides, as with the real one.
    const buildKey = input.sampleRows === undefined ? dayReportKey : sampleReportKey;
    const reportKey = buildKey(input.runKey, input.id, extract.family, extract.day);
    const common = { formatVersion: 1, key, family: extract.family, day: extract.day } as const;
    const choice = world.onDay(extract, input);
    if (choice === "write") {
      const report = await writeDay(world, extract, input.id);
      await put(store, reportKey, renderDayReport({ ...common, outcome: "written", report }));
    } else if (choice === "fail") {
      await put(store, reportKey, renderDayReport({ ...common, ...buildFailure() }));
    }
  }
}

export function buildFailure(): Pick<DayReport & { outcome: "failed" }, "outcome" | "error" | "generation"> {
  const parts = { failed: "A file cannot be read.", rule: "all of it", received: "row 7", remedy: "mend it" };
  return { outcome: "failed", error: { code: "data", retryable: false, parts }, generation: "g1" };
}

async function writeDay({ store, clock }: ScriptWorld, day: SpecDay, id: string): Promise<GenerationReport> {
  const generation = `${id}_${day.day}`;
  const key = `${day.prefix}generation=${generation}/${generation}-00000.parquet`;
  await put(store, key, new TextEncoder().encode("rows"));
  return {
    generation,
    files: [{ key, bytes: 4, rows: 7 }],
    duplicatesFiles: [],
    balance: { source: 7, written: 7, duplicates: { exact: 0, conflicting: 0 }, filtered: 0 },
    checksum: "12345678901234567890",
    nonNull: Object.fromEntries(day.recipe.columns.map(({ name }) => [name, 7])),
    columns: day.recipe.columns,
    engine: { name: "duckdb", version: "v1.5.5" },
    startedAtMs: clock.now(),
  };
}

async function put(store: ObjectStore, key: string, body: Uint8Array): Promise<void> {
  await store.put(key, body, { ifAbsent: true });
}
