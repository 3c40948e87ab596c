import { exitCodes } from "../../errors.ts";
import { renderPlan } from "../../plan/render-plan.ts";
import type { Plan } from "../../plan/types.ts";
import { runPlan } from "../../tasks/plan.ts";
import { readInteractiveExitCode, runPipeline } from "../../tasks/run.ts";
import type { Io } from "../io.ts";
import { renderResults, tellTroubles } from "../render-results.ts";
import type { Session, SessionFlags } from "../session.ts";
import { withSession } from "../with-session.ts";

/** Between two looks at late data; tables arrive at no fixed hour, and a look is cheap. */
const waitMs = 10 * 60_000;

type RunFlags = SessionFlags & { wait?: boolean };

/** `shardlift run`: plan, then do it; with `--wait` again until no day is late. */
export function run(flags: RunFlags, io: Io): Promise<number> {
  return withSession(flags, io, async (session) => {
    const { context, progress } = session;
    for (;;) {
      const exitCode = await runOnce(session, flags, io);
      if (!flags.wait || exitCode !== exitCodes["not-ready"]) return exitCode;
      progress.report({
        event: "note",
        level: "info",
        text: "waiting for late days, the next look is in 10 minutes",
      });
      await context.ports.clock.sleep(waitMs, context.signal);
    }
  });
}

async function runOnce({ context, paint, progress }: Session, flags: RunFlags, io: Io): Promise<number> {
  const plan = await runPlan(context);
  showPlan(plan, flags, io, paint);
  const { results, output } = await runPipeline(context, plan);
  progress.stop();
  if (flags.json) {
    tellTroubles(results, io, flags.progress);
    io.stdout.write(`${JSON.stringify(output.line)}\n`);
  } else io.stdout.write(renderResults(results, paint));
  return readInteractiveExitCode(output.exitCode);
}

function showPlan(plan: Plan, flags: RunFlags, io: Io, paint: Session["paint"]): void {
  if (flags.json) return;
  io.stdout.write(renderPlan(plan, { paint, showAll: flags.verbose ?? false }));
}
