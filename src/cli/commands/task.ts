import { describeError, exitCodes } from "../../errors.ts";
import { taskRunners } from "../../tasks/run-task.ts";
import { reportFailure } from "../fail.ts";
import type { Io } from "../io.ts";
import { tellTroubles } from "../render-results.ts";
import type { SessionFlags } from "../session.ts";
import { withSession } from "../with-session.ts";

/**
 * One task by its name, by the contract of the design, section 4: logs on stderr, exactly one line of JSON last on
 * stdout, whatever happens.
 */
export function runTask(name: string, flags: SessionFlags, io: Io): Promise<number> {
  return tellLine(name, io, () =>
    withSession(flags, io, async ({ context, progress }) => {
      const runner = taskRunners[name];
      if (runner === undefined) throw new Error(`no such task: ${name}`);
      const { exitCode, line, results } = await runner(context);
      progress.stop();
      tellTroubles(results ?? [], io, flags.progress);
      io.stdout.write(`${JSON.stringify(line)}\n`);
      return exitCode;
    }),
  );
}

/** Runs a task; where it throws instead of writing its line, that line tells of the error. */
export async function tellLine(name: string, io: Io, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const exitCode = reportFailure(error, io);
    const outcome = exitCode === exitCodes["not-ready"] ? "not ready" : "failed";
    io.stdout.write(`${JSON.stringify({ task: name, outcome, error: describeError(error) })}\n`);
    return exitCode;
  }
}
