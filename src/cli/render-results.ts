import { isShardliftError } from "../errors.ts";
import { formatCount, formatPlural } from "../plan/format.ts";
import type { Paint } from "../plan/render-plan.ts";
import type { DayOutcomeName, DayResult } from "../tasks/context.ts";
import { renderBug } from "./fail.ts";
import type { Io } from "./io.ts";
import { createPaint } from "./paint.ts";

const styles: Record<DayOutcomeName, Parameters<Paint>[0]> = {
  done: "good",
  already: "dim",
  waiting: "warn",
  missing: "bad",
  refused: "bad",
  lost: "warn",
  failed: "bad",
};

/** What a run did, for people: what went wrong with its message in full, then the counts. */
export function renderResults(results: readonly DayResult[], paint: Paint): string {
  const troubles = results.filter((result) => result.outcome !== "done" && result.outcome !== "already");
  const lines = troubles.map((result) => renderTrouble(result, paint));
  lines.push(renderCounts(results, paint));
  return `${lines.join("\n")}\n`;
}

/** One day with its message in full; a bug of ours with its stack. */
function renderTrouble({ task, family, day, outcome, reason, error }: DayResult, paint: Paint): string {
  const text = error === undefined ? reason : isShardliftError(error) ? error.message : renderBug(error);
  const what = task === "wait" ? "" : ` to ${task}`;
  return `${paint(styles[outcome], `${outcome}${what}`)} ${family} ${day}: ${text}`;
}

/** Days told one by one; of thousands that fail alike these say enough. */
const maxToldDays = 50;

/**
 * Tells on stderr what went wrong with days, each message in full, where stdout is a line of JSON. Progress as JSON
 * has told it: its lines stay JSON.
 */
export function tellTroubles(
  results: readonly DayResult[],
  io: Pick<Io, "stderr" | "env">,
  progress: string | undefined,
): void {
  if (progress === "json") return;
  const paint = createPaint(io.stderr, io.env);
  const failed = results.filter((result) => result.error !== undefined);
  for (const result of failed.slice(0, maxToldDays)) io.stderr.write(`${renderTrouble(result, paint)}\n`);
  const rest = failed.length - maxToldDays;
  if (rest > 0) io.stderr.write(`and ${formatPlural(rest, "day")} more\n`);
}

function renderCounts(results: readonly DayResult[], paint: Paint): string {
  const done = results.filter((result) => result.outcome === "done");
  if (
    results.length === 0 ||
    (done.length === 0 && results.every((result) => result.outcome === "already"))
  ) {
    return paint("good", "Nothing to do: everything is in step with the source.");
  }
  const tasks = ["extract", "crawl", "load", "refresh", "prune"] as const;
  const parts = tasks.flatMap((task) => {
    const own = done.filter((result) => result.task === task);
    if (own.length === 0) return [];
    const rows = own.reduce((sum, result) => sum + (result.rows ?? 0), 0);
    return [`${task} ${formatPlural(own.length, "day")} (${formatCount(rows)} rows)`];
  });
  return parts.length === 0 ? "Nothing was changed." : `Done: ${parts.join(", ")}.`;
}
