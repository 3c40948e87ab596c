import { type Batches, type BatchLimits, buildBatches } from "../../dags/build-batches.ts";
import { describeError, exitCodes, ShardliftError } from "../../errors.ts";
import { formatPlural } from "../../plan/format.ts";
import { renderPlan } from "../../plan/render-plan.ts";
import { runPlan } from "../../tasks/plan.ts";
import { reportFailure } from "../fail.ts";
import type { Io } from "../io.ts";
import type { SessionFlags } from "../session.ts";
import { withSession } from "../with-session.ts";

type BatchesFlags = SessionFlags & {
  firstDay?: string;
  lastDay?: string;
  batchDays: string;
  atMost: string;
  order: string;
  dryRun?: boolean;
};

/**
 * `shardlift batches`: what a backfill has to do, as ranges of days for `backfill --days`. The plan goes to stderr,
 * one line of JSON to stdout; with `--dry-run` it has no batches. 99 where every day is in step.
 */
export async function run(flags: BatchesFlags, io: Io): Promise<number> {
  try {
    const limits = readLimits(flags);
    return await withSession({ ...flags, days: readDays(flags) }, io, async ({ context, paint }) => {
      const plan = await runPlan(context);
      io.stderr.write(renderPlan(plan, { paint, showAll: flags.verbose ?? false }));
      const built = buildBatches(plan, limits);
      io.stderr.write(`${describeBatches(built)}\n`);
      const batches = flags.dryRun ? [] : built.batches;
      const line = { task: "batches", pipeline: plan.pipeline, ...built, batches, read: plan.totals };
      io.stdout.write(`${JSON.stringify(line)}\n`);
      return built.days === 0 ? exitCodes.nothing : exitCodes.done;
    });
  } catch (error) {
    const exitCode = reportFailure(error, io);
    const line = { task: "batches", outcome: "failed", error: describeError(error) };
    io.stdout.write(`${JSON.stringify(line)}\n`);
    return exitCode;
  }
}

function describeBatches({ batches, days, batchDays }: Batches): string {
  if (days === 0) return "Every day is in step: there is nothing to do.";
  return `${formatPlural(days, "day")} to do, in ${formatPlural(batches.length, "range")} of up to ${formatPlural(batchDays, "day")}`;
}

function readDays({ firstDay, lastDay }: BatchesFlags): string {
  if (firstDay !== undefined && lastDay !== undefined) return `${firstDay}..${lastDay}`;
  throw new ShardliftError("usage", {
    failed: "Which days?",
    rule: "batches are made of fixed days: --first-day and --last-day, both included",
    remedy: "write shardlift batches --first-day 2019-01-01 --last-day 2025-12-31",
  });
}

function readLimits({ batchDays, atMost, order }: BatchesFlags): BatchLimits {
  if (order !== "newest" && order !== "oldest") throw buildFault("--order", order, "newest or oldest");
  return {
    batchDays: readCount("--batch-days", batchDays),
    atMost: readCount("--at-most", atMost),
    order,
  };
}

function readCount(flag: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw buildFault(flag, text, "a whole number from 1 to 9999");
}

function buildFault(flag: string, received: string, rule: string): ShardliftError {
  return new ShardliftError("usage", {
    failed: `The value of ${flag} cannot be used.`,
    rule,
    received,
    remedy: `write ${rule}`,
  });
}
