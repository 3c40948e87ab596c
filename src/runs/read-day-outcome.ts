import { buildBrokenError } from "../lake/parse-object.ts";
import type { DayOutcome, JobRun } from "../ports.ts";
import { buildReportedError, type DayReport, parseDayReport } from "./day-report.ts";
import { dayReportKey } from "./keys.ts";
import { buildNoReportError } from "./run-errors.ts";
import type { DayWork, RunsEngineOptions } from "./types.ts";

/** What became of one day in a run that has ended for good, by the run's own report of it. */
export async function readDayOutcome(
  { store, jobRuns }: RunsEngineOptions,
  run: JobRun,
  runKey: string,
  { extract: { family, day }, key: dayKey }: DayWork,
): Promise<DayOutcome> {
  const key = dayReportKey(runKey, run.id, family, day);
  try {
    const found = await store.get(key);
    if (found === null) throw buildNoReportError(run, jobRuns.location);
    const report = parseDayReport(key, found.body);
    if (report.key !== dayKey) throw buildBrokenError("run report", key, "the report of another day key");
    return buildOutcome(report);
  } catch (error) {
    return { day, family, error, generation: null };
  }
}

function buildOutcome(told: DayReport): DayOutcome {
  const { day, family } = told;
  if (told.outcome === "written") return { day, family, report: told.report };
  return { day, family, error: buildReportedError(told.error), generation: told.generation };
}
