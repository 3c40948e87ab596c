import { formatCount, formatPlural } from "../plan/format.ts";
import type { Paint } from "../plan/render-plan.ts";
import type { DayOutcomeName, DayResult } from "../tasks/context.ts";

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
  const lines = troubles.map((result) => {
    const text = result.error instanceof Error ? result.error.message : result.reason;
    const what = result.task === "wait" ? "" : ` to ${result.task}`;
    return `${paint(styles[result.outcome], `${result.outcome}${what}`)} ${result.family} ${result.day}: ${text}`;
  });
  lines.push(renderCounts(results, paint));
  return `${lines.join("\n")}\n`;
}

function renderCounts(results: readonly DayResult[], paint: Paint): string {
  const done = results.filter((result) => result.outcome === "done");
  if (
    results.length === 0 ||
    (done.length === 0 && results.every((result) => result.outcome === "already"))
  ) {
    return paint("good", "Nothing to do: lake and warehouse are in step with the source.");
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
