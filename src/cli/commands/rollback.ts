import { parseDays } from "../../days/window.ts";
import { ShardliftError } from "../../errors.ts";
import type { RollbackTarget } from "../../lake/plan-rollback.ts";
import { runRelease, runRollback } from "../../tasks/rollback.ts";
import { readInteractiveExitCode } from "../../tasks/run.ts";
import type { Io } from "../io.ts";
import { renderResults, tellTroubles } from "../render-results.ts";
import type { Session, SessionFlags } from "../session.ts";
import { withSession } from "../with-session.ts";

type RollbackFlags = SessionFlags & { to?: string; reason: string; release?: boolean };

/** `shardlift rollback`: a kept generation comes back through lake, hot and cold; `--release` ends the hold. */
export async function run(flags: RollbackFlags, io: Io): Promise<number> {
  if (flags.days === undefined) {
    throw new ShardliftError("usage", {
      failed: "Which days?",
      rule: "a rollback names its days",
      remedy: "write shardlift rollback --days 2026-11-20",
    });
  }
  const range = parseDays(flags.days);
  return withSession(flags, io, (session) =>
    flags.release ? release(session, range, flags, io) : rollBack(session, range, flags, io),
  );
}

type Range = ReturnType<typeof parseDays>;

async function rollBack({ context, paint, progress }: Session, range: Range, flags: RollbackFlags, io: Io) {
  const target: RollbackTarget =
    flags.to === undefined ? { to: "previous" } : { to: "generation", generation: flags.to };
  const report = await runRollback(context, range, { target, reason: flags.reason });
  progress.stop();
  if (flags.json) {
    tellTroubles(report.results, io, flags.progress);
    io.stdout.write(`${JSON.stringify({ ...report.output.line, rollback: report.days })}\n`);
  } else {
    const lines = report.days.map((day) => `  ${day.family} ${day.day}: ${day.does}, ${day.reason}`);
    const held = "Held there until: shardlift rollback --days … --release";
    io.stdout.write(`${lines.join("\n")}\n${renderResults(report.results, paint)}${held}\n`);
  }
  return readInteractiveExitCode(report.output.exitCode);
}

async function release({ context }: Session, range: Range, flags: RollbackFlags, io: Io): Promise<number> {
  const { exitCode, line } = await runRelease(context, range);
  const released = line.released as string[];
  const text = released.length === 0 ? "No day of these is held.\n" : `Released: ${released.join(", ")}\n`;
  io.stdout.write(flags.json ? `${JSON.stringify(line)}\n` : text);
  return readInteractiveExitCode(exitCode);
}
