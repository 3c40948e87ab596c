import { exitCodes, ShardliftError } from "../../errors.ts";
import type { Io } from "../io.ts";
import type { SessionFlags } from "../session.ts";
import { run as runPlanCommand } from "./plan.ts";
import { run as runCommand } from "./run.ts";

type BackfillFlags = SessionFlags & { dryRun?: boolean };

/**
 * `shardlift backfill`: a run over days that somebody names, newest first. What is in step already is left alone, so
 * the same command goes on where it stopped.
 */
export async function run(flags: BackfillFlags, io: Io): Promise<number> {
  if (flags.days === undefined && !flags.all && !flags.outdated) {
    throw new ShardliftError("usage", {
      failed: "Which days?",
      rule: "a backfill names its days: --days, --all or --outdated",
      remedy: "write shardlift backfill --days 2019-01-01..2025-12-31",
    });
  }
  if (!flags.dryRun) return runCommand(flags, io);
  await runPlanCommand(flags, io);
  return exitCodes.done;
}
