import type { PipelineFamily } from "../config/types.ts";
import { exitCodes, isShardliftError, worstExitCode } from "../errors.ts";
import type { Crawler, TypeDifference } from "../ports.ts";
import type { DayResult, TaskContext, TaskOutput } from "./context.ts";
import { nameExitCode } from "./output.ts";
import { retry } from "./retry.ts";

/** What became of the crawlers of a run. */
export interface CrawlerReport {
  faults: CrawlerFault[];
  /** Where a crawler's types differ from those declared; the table is as it should be all the same. */
  differences: (TypeDifference & { table: string })[];
}

/** A crawler that could not be run; its table's days are pointed all the same. */
export interface CrawlerFault {
  /** `schema.table`. */
  table: string;
  exitCode: number;
  reason: string;
  /** What was seen, and what to do; where the error says so. */
  received?: string;
  remedy?: string;
}

/** Types that the warning names. */
const maxToldTypes = 3;

/** Types named one by one in a task's line of JSON. */
const maxNamedTypes = 20;

/** Runs the crawler, where one is asked for, once over each table of which a partition moved: over the days that did. */
export async function runCrawlers(
  context: TaskContext,
  results: readonly DayResult[],
): Promise<CrawlerReport> {
  const report: CrawlerReport = { faults: [], differences: [] };
  const crawler = context.ports.catalog?.crawler ?? null;
  if (crawler === null) return report;
  const moved = results.filter((result) => result.task === "crawl" && result.outcome === "done");
  for (const family of context.pipeline.families) {
    const own = moved.filter((result) => result.family === family.family);
    if (own.length > 0) await runCrawler(context, crawler, family, own, report);
  }
  return report;
}

async function runCrawler(
  context: TaskContext,
  crawler: Crawler,
  { table: name }: PipelineFamily,
  moved: readonly DayResult[],
  report: CrawlerReport,
): Promise<void> {
  const { environment, ports, signal } = context;
  const table = `${name.schema}.${name.table}`;
  const days = moved.map(({ day }) => day);
  const warn = (text: string) =>
    context.report({ event: "note", level: "warn", text: `crawler of ${table}: ${text}` });
  try {
    const policy = { policy: environment.retry, clock: ports.clock, signal };
    const { differences } = await retry(() => crawler.run(name, days, signal), policy);
    if (differences.length > 0) warn(renderDifferences(differences));
    report.differences.push(...differences.map((difference) => ({ table, ...difference })));
  } catch (error) {
    signal.throwIfAborted();
    const fault = buildFault(table, error);
    warn([fault.reason, fault.received, fault.remedy].filter((part) => part !== undefined).join(" | "));
    report.faults.push(fault);
  }
}

/** What differs, and what that means for whoever asks the table. */
function renderDifferences(differences: readonly TypeDifference[]): string {
  const told = differences.slice(0, maxToldTypes).map(renderDifference).join("; ");
  const more = differences.length - maxToldTypes;
  const rest = more > 0 ? `; and ${more} more` : "";
  const meaning =
    "Athena fails on columns of another type, and does not show those that the table lacks. The days are pointed all the same; run backfill --again for them, and report it if it stays so";
  return `the files have other types than the table: ${told}${rest}. ${meaning}`;
}

function renderDifference({ column, ours, crawlers }: TypeDifference): string {
  if (ours === null) return `${column} is missing in the table, ${crawlers ?? "nothing"} in the files`;
  return `${column} is ${ours} in the table, ${crawlers ?? "missing"} in the files`;
}

function buildFault(table: string, error: unknown): CrawlerFault {
  if (isShardliftError(error)) {
    const { failed, rule: _, ...rest } = error.parts;
    return { table, exitCode: exitCodes[error.code], reason: failed, ...rest };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { table, exitCode: exitCodes.bug, reason };
}

/** A crawler's failure counts for the task, and its other types are told; what became of the days stands. */
export function addCrawlers(output: TaskOutput, { faults, differences }: CrawlerReport): TaskOutput {
  if (faults.length + differences.length === 0) return output;
  const exitCode = worstExitCode([output.exitCode, ...faults.map((fault) => fault.exitCode)]);
  const crawler = faults.map(({ exitCode: _, ...fault }) => fault);
  const types = differences.slice(0, maxNamedTypes);
  return {
    ...output,
    exitCode,
    line: {
      ...output.line,
      outcome: nameExitCode(exitCode),
      ...(crawler.length > 0 ? { crawler } : {}),
      ...(types.length > 0 ? { crawler_types: types } : {}),
    },
  };
}
