import type { PipelineFamily } from "../config/types.ts";
import type { Day } from "../days/day.ts";
import type { Catalog } from "../ports.ts";
import type { DayResult, TaskContext } from "./context.ts";
import { buildFailed } from "./output.ts";
import { pointDays } from "./point-days.ts";
import type { PrepareColumns } from "./prepare-columns.ts";
import { type RetryPolicy, retry } from "./retry.ts";

export interface CatchUpInput {
  context: TaskContext;
  catalog: Catalog;
  family: PipelineFamily;
  prepare: PrepareColumns;
  policy: { policy: RetryPolicy; clock: TaskContext["ports"]["clock"]; signal: AbortSignal };
}

/**
 * Gives members that the table gained to partitions pointed before it did: Athena compares the two. A partition cannot
 * be written without being moved, so each goes through the protocol of pointing, whatever its head says of it.
 * @returns days that failed: they are found again the next time
 */
export async function catchUpPartitions(input: CatchUpInput): Promise<DayResult[]> {
  const { context, catalog, prepare, family } = input;
  const outgrown = await readOutgrown(input);
  if (outgrown.length === 0) return [];
  const failed: DayResult[] = [];
  await pointDays(
    outgrown.map((day) => ({ family, day })),
    {
      context,
      catalog,
      prepare,
      believes: "nobody",
      settle(planned, outcome) {
        if (outcome.outcome === "failed") failed.push(buildFailed("crawl", planned, outcome.error));
      },
    },
  );
  const done = outgrown.length - failed.length;
  const text = `${done} older partitions of ${family.table.schema}.${family.table.table} were given members that the table gained`;
  context.report({ event: "note", level: "info", text });
  // Tells the catalog that it may stop looking for them, where all are done.
  if (failed.length === 0) await readOutgrown(input);
  return failed;
}

/** Nothing depends on it today: what is not learned now is learned when the next partition moves. */
async function readOutgrown({ context, catalog, family, policy }: CatchUpInput): Promise<Day[]> {
  const { signal } = context;
  try {
    return await retry(() => catalog.readOutgrown(family.table), policy);
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    const text = `whether older partitions of ${family.table.table} lack members is not known: ${reason}`;
    context.report({ event: "note", level: "warn", text });
    return [];
  }
}
