import { exitCodes, isShardliftError, worstExitCode } from "../errors.ts";
import type { DayResult, TaskContext, TaskOutput } from "./context.ts";
import { nameExitCode } from "./output.ts";
import { retry } from "./retry.ts";

/** A crawler that could not be run; its table's days are pointed all the same. */
export interface CrawlerFault {
  /** `schema.table`. */
  table: string;
  exitCode: number;
  reason: string;
}

/** Runs the crawler, where one is asked for, once over each table of which a partition moved. */
export async function runCrawlers(
  context: TaskContext,
  results: readonly DayResult[],
): Promise<CrawlerFault[]> {
  const { pipeline, environment, ports, signal } = context;
  const crawler = ports.catalog?.crawler ?? null;
  if (crawler === null) return [];
  const isMoved = (result: DayResult) => result.task === "crawl" && result.outcome === "done";
  const moved = new Set(results.filter(isMoved).map(({ family }) => family));
  const faults: CrawlerFault[] = [];
  for (const { table } of pipeline.families.filter(({ family }) => moved.has(family))) {
    try {
      const policy = { policy: environment.retry, clock: ports.clock, signal };
      await retry(() => crawler.run(table, signal), policy);
    } catch (error) {
      signal.throwIfAborted();
      const fault = buildFault(`${table.schema}.${table.table}`, error);
      context.report({ event: "note", level: "warn", text: `crawler of ${fault.table}: ${fault.reason}` });
      faults.push(fault);
    }
  }
  return faults;
}

function buildFault(table: string, error: unknown): CrawlerFault {
  if (isShardliftError(error)) {
    return { table, exitCode: exitCodes[error.code], reason: error.parts.failed };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { table, exitCode: exitCodes.bug, reason };
}

/** The crawler's failure counts for the task; what became of the days stands. */
export function addCrawlerFaults(output: TaskOutput, faults: readonly CrawlerFault[]): TaskOutput {
  if (faults.length === 0) return output;
  const exitCode = worstExitCode([output.exitCode, ...faults.map((fault) => fault.exitCode)]);
  const crawler = faults.map(({ table, reason }) => ({ table, reason }));
  return { exitCode, line: { ...output.line, outcome: nameExitCode(exitCode), crawler } };
}
