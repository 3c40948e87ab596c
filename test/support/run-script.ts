import { ShardliftError } from "../../src/errors.ts";
import type { DayExtract, DayOutcome, Engine, ObjectStore } from "../../src/ports.ts";
import { type DayReport, type ReportedError, renderDayReport } from "../../src/runs/day-report.ts";
import { dayReportKey, progressKey } from "../../src/runs/keys.ts";
import { renderRunProgress } from "../../src/runs/run-progress.ts";
import { parseRunSpec } from "../../src/runs/run-spec.ts";
import type { ScriptInput } from "./memory-job-runs.ts";

/**
 * What the script of a real job does, with an engine of this process as its inside: reads its spec, writes the
 * generations, and reports day by day as each ends.
 */
export function createRunScript(store: ObjectStore, engine: Engine): (input: ScriptInput) => Promise<void> {
  return async ({ id, runKey, specKey, deadlineMs }) => {
    const spec = parseRunSpec(specKey, (await store.get(specKey))!.body);
    const days = spec.days.map(({ extract }): DayExtract => ({ ...extract, deadlineMs }));
    const signal = new AbortController().signal;
    for await (const outcome of engine.extract(days, { signal, onRows: () => {} })) {
      const { key } = spec.days.find(
        ({ extract }) => extract.day === outcome.day && extract.family === outcome.family,
      )!;
      const report = buildDayReport(key, outcome, await store.now());
      await put(store, dayReportKey(runKey, id, outcome.family, outcome.day), renderDayReport(report));
    }
    const progress = spec.days.map(({ key, extract }) => ({ key, rows: 1, bytes: sumBytes(extract) }));
    await put(store, progressKey(runKey, id), renderRunProgress({ formatVersion: 1, days: progress }));
  };
}

function buildDayReport(key: string, outcome: DayOutcome, startedAtMs: number): DayReport {
  const common = { formatVersion: 1, key, family: outcome.family, day: outcome.day } as const;
  if ("report" in outcome) {
    return { ...common, outcome: "written", report: { ...outcome.report, startedAtMs } };
  }
  return { ...common, outcome: "failed", error: tellError(outcome.error), generation: outcome.generation };
}

function tellError(error: unknown): ReportedError {
  if (error instanceof ShardliftError) {
    return { code: error.code, retryable: error.retryable, parts: error.parts };
  }
  return { code: "bug", retryable: false, parts: { failed: String(error) } };
}

function sumBytes({ shard }: Pick<DayExtract, "shard">): number {
  return shard.parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function put(store: ObjectStore, key: string, body: Uint8Array): Promise<void> {
  await store.put(key, body, { ifAbsent: true });
}
