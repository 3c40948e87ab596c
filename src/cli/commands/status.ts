import { exitCodes } from "../../errors.ts";
import { readStatus } from "../../tasks/status.ts";
import type { Io } from "../io.ts";
import { renderCalendar } from "../render-calendar.ts";
import type { SessionFlags } from "../session.ts";
import { withSession } from "../with-session.ts";

/** `shardlift status`: where every day stands; all of them unless days are named. */
export function run(flags: SessionFlags, io: Io): Promise<number> {
  return withSession(flags, io, async ({ context, paint }) => {
    const selection = flags.days === undefined ? ({ select: "all" } as const) : context.selection;
    const days = await readStatus({ ...context, selection });
    io.stdout.write(flags.json ? `${JSON.stringify(days)}\n` : renderCalendar(days, paint));
    return exitCodes.done;
  });
}
