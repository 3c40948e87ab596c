import { ShardliftError } from "../../../src/errors.ts";
import { buildGenerationId } from "../../../src/lake/generation-id.ts";
import type { DayExtract, Engine, JobRun, JobRuns, JobStart, ObjectStore } from "../../../src/ports.ts";
import { renderDayReport } from "../../../src/runs/day-report.ts";
import { dayReportKey } from "../../../src/runs/keys.ts";
import { parseRunSpec } from "../../../src/runs/run-spec.ts";
import { createRunsEngine } from "../../../src/runs/runs-engine.ts";
import { type FaultName, readingFaults } from "../kernel/faults.ts";
import { type Kernel, type Process, turn, type Work } from "../kernel/types.ts";
import { writeGeneration } from "./generation-writer.ts";
import type { SourceModel } from "./source.ts";
import type { StoreModel } from "./store.ts";

/** A job service as Glue's: no client token, listings that lag, runs that take minutes and may never come back. */
export interface RunsModel {
  /** The product's engine over this service. */
  createEngine(process: Process, store: ObjectStore): Engine;
  /** Runs that are alive now. */
  live(): number;
}

interface ModelRun extends JobRun {
  start: JobStart;
  /** Listed from then on, ms. */
  listedFromMs: number;
  isLost: boolean;
}

export interface RunsWorld {
  kernel: Kernel;
  store: StoreModel;
  source: SourceModel;
}

/** What becomes of a run beside its end. */
type Fate = "run lost" | "run stuck" | "run fails" | null;

const minuteMs = 60_000;
const maxLive = 3;
const listLagMs = 2 * minuteMs;
const stuckMs = 13 * 60 * minuteMs;
const limitMs = 20 * minuteMs;
const startFaults = [
  "crash before",
  "crash after",
  "lost answer",
  "never sent",
  "late request",
  "run doubled",
  "run lost",
  "run stuck",
  "run fails",
  "runs limit",
  "throttled",
] as const satisfies FaultName[];
const listFaults = [...readingFaults, "runs listed late"] as const satisfies FaultName[];

export function createRunsModel({ kernel, store, source }: RunsWorld): RunsModel {
  const runs: ModelRun[] = [];
  let limitedUntilMs = 0;
  const now = () => kernel.nowMs() + store.clockErrorMs;
  const isStopping = (run: ModelRun) => run.state === "stopping";
  const isLive = (run: ModelRun) => run.endedAtMs === null;

  function begin(start: JobStart, fate: Fate): string {
    const id = `jr_${String(runs.length + 1).padStart(4, "0")}`;
    const run: ModelRun = {
      id,
      runKey: start.runKey,
      state: "waiting",
      startedAtMs: now(),
      endedAtMs: null,
      message: null,
      seconds: 0,
      dpuSeconds: null,
      start,
      listedFromMs: kernel.nowMs(),
      isLost: false,
    };
    runs.push(run);
    kernel.background(`run ${id}`, () => carryOut(run, fate));
    return id;
  }

  function end(run: ModelRun, state: JobRun["state"], message: string | null): void {
    run.state = state;
    run.message = message;
    run.endedAtMs = now();
    run.seconds = Math.round((run.endedAtMs - run.startedAtMs) / 1000);
  }

  /** The script: reads its spec, then writes and reports day by day. */
  function* carryOut(run: ModelRun, fate: Fate): Work<void> {
    yield { on: "time", untilMs: kernel.nowMs() + minuteMs };
    run.state = "running";
    const { specKey, runKey, deadlineMs } = run.start;
    const body = store.read(specKey);
    if (body === null) return end(run, "failed", `no spec at ${specKey}`);
    for (const { key, extract } of parseRunSpec(specKey, body).days) {
      yield turn;
      if (fate === "run lost") {
        run.isLost = true;
        run.endedAtMs = now();
        return;
      }
      if (fate === "run stuck") yield { on: "time", untilMs: kernel.nowMs() + stuckMs };
      if (isStopping(run)) return end(run, "stopped", "stopped by request");
      if (now() > deadlineMs) return end(run, "timed out", "the run took too long");
      const written = yield* writeDay(run, { ...extract, deadlineMs });
      if (fate === "run fails") return end(run, "failed", "an executor was lost");
      const { family, day } = extract;
      const report = { formatVersion: 1, key, family, day, outcome: "written", report: written } as const;
      store.put(dayReportKey(runKey, run.id, family, day), renderDayReport(report), { ifAbsent: true });
    }
    yield turn;
    if (isStopping(run)) end(run, "stopped", "stopped by request");
    else end(run, "succeeded", null);
  }

  function* writeDay(run: ModelRun, extract: DayExtract) {
    const startedAtMs = now();
    const generation = buildGenerationId(startedAtMs, (length) =>
      `${run.id.slice(3)}${"0".repeat(length)}`.slice(0, length),
    );
    const report = yield* writeGeneration({ store, source, extract, generation, isDiskFull: false });
    return { ...report, startedAtMs };
  }

  function* start(wanted: JobStart, fault: FaultName | null): Work<string> {
    if (fault === "runs limit") limitedUntilMs = kernel.nowMs() + limitMs;
    if (kernel.nowMs() < limitedUntilMs || runs.filter(isLive).length >= maxLive) throw buildLimit();
    if (fault === "run doubled") begin(wanted, null);
    const isFate = fault === "run lost" || fault === "run stuck" || fault === "run fails";
    return begin(wanted, isFate ? fault : null);
  }

  const connect = (process: Process): JobRuns => {
    const call = <T>(
      method: string,
      detail: string,
      faults: readonly FaultName[],
      work: (fault: FaultName | null) => Work<T>,
    ) => kernel.call(process, { port: "runs", method, detail, faults, work });
    return {
      location: "the model of a job",
      start: (wanted) =>
        call("start", wanted.runKey.slice(0, 8), startFaults, (fault) => start(wanted, fault)),
      async *list() {
        yield* await call("list", "", listFaults, function* (fault): Work<JobRun[]> {
          const newest = runs.at(-1);
          if (fault === "runs listed late" && newest) newest.listedFromMs = kernel.nowMs() + listLagMs / 2;
          const listed = runs.filter((run) => !run.isLost && run.listedFromMs <= kernel.nowMs());
          return listed.reverse().map((run) => ({ ...run }));
        });
      },
      read: (id) =>
        call("read", id, readingFaults, function* () {
          const run = runs.find((one) => one.id === id && !one.isLost);
          return run === undefined ? null : { ...run };
        }),
      stop: (id) =>
        call("stop", id, [...readingFaults, "lost answer"], function* () {
          const run = runs.find((one) => one.id === id);
          if (run !== undefined && isLive(run)) run.state = "stopping";
        }),
      explain: async () => ({ lines: [], place: "the model's log", remedy: "look into the schedule" }),
    };
  };

  return {
    createEngine: (process, lake) =>
      createRunsEngine({
        name: "model",
        store: lake,
        jobRuns: connect(process),
        clock: process.clock,
        scriptDigest: "script-1",
        limits: { daysPerRun: 2, bytesPerRun: 1_000_000, daysAtOnce: 10 },
        maxRunMs: 12 * 3_600_000,
        listLagMs,
        dpuHourUsd: null,
        onAbort: "leave",
      }),
    live: () => runs.filter(isLive).length,
  };
}

function buildLimit(): ShardliftError {
  return new ShardliftError("not-ready", { failed: "As many runs are on as may be." }, { retryable: true });
}
