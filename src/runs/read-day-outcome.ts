import { buildBrokenError } from "../lake/parse-object.ts";
import type { DayOutcome, JobRun, RunCost, RunExplanation } from "../ports.ts";
import { buildReportedError, type DayReport, parseDayReport } from "./day-report.ts";
import { dayReportKey, sampleReportKey } from "./keys.ts";
import { buildNoReportError } from "./run-errors.ts";
import type { DayWork, RunsEngineOptions } from "./types.ts";

export interface EndedRun {
  run: JobRun;
  runKey: string;
  cost: RunCost;
  explain(): Promise<RunExplanation>;
}

/** What became of one day in a run that has ended for good, by the run's own report of it. */
export async function readDayOutcome(
  { store, jobRuns }: RunsEngineOptions,
  { run, runKey, cost, explain }: EndedRun,
  { extract: { family, day, sampleRows }, key: dayKey }: DayWork,
): Promise<DayOutcome> {
  const buildKey = sampleRows === undefined ? dayReportKey : sampleReportKey;
  const key = buildKey(runKey, run.id, family, day);
  try {
    const found = await store.get(key);
    if (found === null) throw buildNoReportError(run, jobRuns.location, await readExplanation(run, explain));
    const report = parseDayReport(key, found.body);
    if (report.key !== dayKey) throw buildBrokenError("run report", key, "the report of another day key");
    return buildOutcome(report, cost);
  } catch (error) {
    return { day, family, error, generation: null };
  }
}

/** A run that says it has succeeded has nothing to explain, but for the day it left out. */
async function readExplanation(run: JobRun, explain: EndedRun["explain"]): Promise<RunExplanation | null> {
  return run.state === "succeeded" ? null : explain();
}

function buildOutcome(told: DayReport, cost: RunCost): DayOutcome {
  const { day, family } = told;
  if (told.outcome === "written") return { day, family, report: { ...told.report, run: cost } };
  return { day, family, error: buildReportedError(told.error), generation: told.generation };
}
