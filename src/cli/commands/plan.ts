import { exitCodes } from "../../errors.ts";
import { renderPlan } from "../../plan/render-plan.ts";
import { runPlan } from "../../tasks/plan.ts";
import type { Io } from "../io.ts";
import type { SessionFlags } from "../session.ts";
import { withSession } from "../with-session.ts";

/** `shardlift plan`: the list that `run` executes, as text or as JSON. Reads; changes nothing. */
export function run(flags: SessionFlags, io: Io): Promise<number> {
  return withSession(flags, io, async ({ context, paint }) => {
    const plan = await runPlan(context);
    const text = flags.json
      ? `${JSON.stringify(plan)}\n`
      : renderPlan(plan, { paint, showAll: flags.verbose ?? false });
    io.stdout.write(text);
    return exitCodes.done;
  });
}
