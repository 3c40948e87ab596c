import type { Day } from "../days/day.ts";
import type { Head } from "./types.ts";

/** Which generation a rollback goes to: the one before the current one, or one by its id. */
export type RollbackTarget = { to: "previous" } | { to: "generation"; generation: string };

/** What a rollback does with one day. */
export type DayRollback =
  | { day: Day; does: "roll back"; from: string; generation: string; reason: string }
  /** The current generation was asked for: it is only held. */
  | { day: Day; does: "hold"; generation: string; reason: string }
  | { day: Day; does: "none"; generation: string; reason: string }
  | { day: Day; does: "refuse"; reason: string };

/** Decides per day, from the heads alone (design, section 5, rule 9): only kept generations come back. Pure. */
export function planRollback(
  heads: ReadonlyMap<Day, Head>,
  days: readonly Day[],
  target: RollbackTarget,
): DayRollback[] {
  return days.map((day) => {
    const head = heads.get(day);
    return head === undefined
      ? { day, does: "refuse", reason: "the lake has no such day" }
      : planDay(head, target);
  });
}

function planDay(head: Head, target: RollbackTarget): DayRollback {
  const { day, generation: from, hold } = head;
  const entry =
    target.to === "previous"
      ? findPrevious(head)
      : head.history.findLast(({ generation }) => generation === target.generation);
  if (entry === undefined) return { day, does: "refuse", reason: renderRefusal(head, target) };
  const { generation, fromMs } = entry;
  if (generation !== from) {
    const reason = `to ${generation}, current from ${new Date(fromMs).toISOString()} on`;
    return { day, does: "roll back", from, generation, reason };
  }
  if (hold !== null) return { day, does: "none", generation, reason: `held already: ${hold.reason}` };
  return { day, does: "hold", generation, reason: "it is current" };
}

/** What came before the current generation first came: going back twice goes back two steps, not to and fro. */
function findPrevious({ history, generation }: Head): Head["history"][number] | undefined {
  const first = history.findIndex((entry) => entry.generation === generation);
  return history[first - 1];
}

function renderRefusal({ history, generation }: Head, target: RollbackTarget): string {
  const kept = [...new Set(history.map((entry) => entry.generation))].filter((id) => id !== generation);
  if (kept.length === 0) return `only the current generation ${generation} is kept`;
  const wanted = target.to === "previous" ? "nothing before the current one" : `${target.generation} not`;
  return `${wanted} kept; kept are ${kept.join(", ")}`;
}
