import type { PipelineFamily } from "../config/types.ts";
import type { Day } from "../days/day.ts";
import { exitCodes } from "../errors.ts";
import { familyPrefix } from "../lake/keys.ts";
import type { DayPlan } from "../plan/types.ts";
import type { Catalog } from "../ports.ts";
import { catchUpPartitions } from "./catch-up-partitions.ts";
import type { DayResult, TaskContext } from "./context.ts";
import { buildDone, buildFailed } from "./output.ts";
import { type PointedDay, type PointingOutcome, pointDays } from "./point-days.ts";
import { createPrepareColumns } from "./prepare-columns.ts";
import { retry } from "./retry.ts";

/**
 * Points the catalog's partitions of the days at their heads' generations; nothing where there is no catalog. A day
 * that fails does not stop the others. Can be run twice, at once, or after a kill at any point.
 * @returns one result a day; rejects only where the signal ends it
 */
export async function crawlDays(context: TaskContext, days: readonly DayPlan[]): Promise<DayResult[]> {
  const { catalog } = context.ports;
  if (catalog === null) return [];
  const results: DayResult[] = [];
  for (const family of context.pipeline.families) {
    const own = days.filter((planned) => planned.family.family === family.family);
    if (own.length > 0) results.push(...(await crawlFamily(context, catalog, family, own)));
  }
  return results;
}

async function crawlFamily(
  context: TaskContext,
  catalog: Catalog,
  family: PipelineFamily,
  days: readonly DayPlan[],
): Promise<DayResult[]> {
  const { pipeline, environment, ports, signal } = context;
  const prefix = familyPrefix(pipeline.name, family.family);
  const policy = { policy: environment.retry, clock: ports.clock, signal };
  const prepare = createPrepareColumns((columns) =>
    retry(() => catalog.prepare(family.table, columns, prefix), policy),
  );
  const results = new Map<Day, DayResult>();
  const bytes = new Map(days.map((planned) => [planned.day, planned.bytes]));
  const settle = (planned: PointedDay, outcome: PointingOutcome) => {
    const result = buildResult(planned, outcome);
    results.set(planned.day, result);
    context.report({ event: "day", task: "crawl", result, bytes: bytes.get(planned.day) ?? 0 });
  };
  const believes = context.choices.distrust ? "nobody" : "heads";
  await pointDays(days, { context, catalog, prepare, believes, settle });
  const own = days.map((planned) => results.get(planned.day)!);
  if (!own.some(({ outcome }) => outcome === "done")) return own;
  const late = await catchUpPartitions({ context, catalog, prepare, family, policy });
  return [...own, ...late.filter(({ day }) => !results.has(day))];
}

function buildResult(planned: PointedDay, outcome: PointingOutcome): DayResult {
  switch (outcome.outcome) {
    case "failed":
      return buildFailed("crawl", planned, outcome.error);
    case "done": {
      const late = outcome.unanswered ? "; it is looked at again, since a request was not answered" : "";
      const reason = `the catalog points at this generation now${late}`;
      return buildDone("crawl", planned, reason, outcome.head.rows.written);
    }
    case "already":
      return {
        ...buildDone("crawl", planned, "another run pointed it meanwhile", outcome.head.rows.written),
        outcome: "already",
        exitCode: exitCodes.nothing,
      };
    default:
      return outcome satisfies never;
  }
}
