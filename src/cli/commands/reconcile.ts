import { runReconcile } from "../../tasks/reconcile.ts";
import { readInteractiveExitCode } from "../../tasks/run.ts";
import type { Io } from "../io.ts";
import { renderReconciliation } from "../render-reconciliation.ts";
import type { SessionFlags } from "../session.ts";
import { withSession } from "../with-session.ts";
import { runTask } from "./task.ts";

/** `shardlift reconcile`: for people a table; with `--json` the task of the same name, by its contract. */
export function run(flags: SessionFlags, io: Io): Promise<number> {
  if (flags.json) return runTask("reconcile", flags, io);
  return withSession(flags, io, async ({ context, paint, progress }) => {
    const { days, notLoaded, output } = await runReconcile(context);
    progress.stop();
    io.stdout.write(renderReconciliation(days, paint, notLoaded));
    return readInteractiveExitCode(output.exitCode);
  });
}
