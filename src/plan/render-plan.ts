import { formatBytes, formatCount, formatPlural } from "./format.ts";
import { hasExtract } from "./totals.ts";
import { type Action, type DayPlan, type DayState, followsExtract, type Plan } from "./types.ts";

/** Paints a text for a terminal; the identity where colour is not wanted. */
export type Paint = (style: "strong" | "dim" | "good" | "warn" | "bad", text: string) => string;

export const plain: Paint = (_, text) => text;

/** States a reader should see even where nothing is to be done. */
const notable: ReadonlySet<DayState> = new Set(["missing", "waiting", "source gone", "held"]);

/**
 * The plan as text: a line for each day that something happens to, with the reason, then the totals.
 * @param showAll lists unchanged days too
 */
export function renderPlan(plan: Plan, options: { paint: Paint; showAll: boolean }): string {
  const shown = plan.days.filter((day) => options.showAll || isWorthALine(day));
  const lines = [renderTitle(plan, options.paint), ...renderTable(shown, options.paint)];
  lines.push("", ...renderTotals(plan, options.paint));
  return `${lines.join("\n")}\n`;
}

function isWorthALine(day: DayPlan): boolean {
  return day.actions[0]?.action !== "none" || notable.has(day.state);
}

function renderTitle(plan: Plan, paint: Paint): string {
  const range = plan.range === null ? "no days" : `${plan.range.first} to ${plan.range.last}`;
  return paint("strong", `Plan of ${plan.pipeline}, ${range}`);
}

function renderTable(days: readonly DayPlan[], paint: Paint): string[] {
  const rows = days.map((day) => [
    day.day,
    day.family.family,
    day.state,
    day.actions.map((action) => action.action).join(" → "),
    renderReasons(day.actions),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row, index) => {
    const cells = row.slice(0, 4).map((cell, column) => cell.padEnd(widths[column] ?? 0));
    const style = styleOf(days[index]);
    return `  ${cells[0]}  ${cells[1]}  ${paint(style, cells[2] ?? "")}  ${cells[3]}  ${paint("dim", row[4] ?? "")}`;
  });
}

/** What follows an extract has no reason of its own. */
function renderReasons(actions: readonly Action[]): string {
  const reasons = actions.map((action) => action.reason).filter((reason) => reason !== followsExtract);
  return [...new Set(reasons)].join("; ");
}

function styleOf(day: DayPlan | undefined): "good" | "warn" | "bad" {
  if (day === undefined || day.state === "missing") return "bad";
  return notable.has(day.state) || day.actions[0]?.action === "wait" ? "warn" : "good";
}

function renderTotals(plan: Plan, paint: Paint): string[] {
  const { totals } = plan;
  const lines: string[] = [];
  const unchanged = plan.days.filter((day) => !isWorthALine(day) && day.state !== "not over").length;
  if (unchanged > 0)
    lines.push(`  ${formatPlural(unchanged, "day")} unchanged: nothing to read, nothing to pay`);
  const reads = plan.days.filter(hasExtract);
  const unknown = reads.some((day) => day.rows === null) ? "at least " : "";
  lines.push(
    reads.length === 0
      ? "  nothing to read"
      : `  reads ${formatPlural(reads.length, "shard")}: ${unknown}${formatCount(totals.rows)} rows, ${formatBytes(totals.bytes)}`,
  );
  const counts = (["register", "load", "refresh", "prune", "wait"] as const).filter(
    (name) => totals.byAction[name] > 0,
  );
  if (counts.length > 0) {
    lines.push(
      `  ${counts.map((name) => `${name} ${formatPlural(totals.byAction[name], "day")}`).join(", ")}`,
    );
  }
  lines.push(...plan.outdated.map((found) => paint("warn", renderOutdated(found))));
  if (plan.exceeds) lines.push(paint("bad", renderExceeds(plan)));
  return lines;
}

function renderOutdated({ family, days }: Plan["outdated"][number]): string {
  const range = days.length === 1 ? days[0] : `${days[0]} to ${days.at(-1)}`;
  const what = `${formatPlural(days.length, "day")} of ${family} outside the window (${range})`;
  return `  ${what} made by former row rules: backfill --outdated extracts them again`;
}

/** Also the message of the run that stops for it. */
export function renderExceeds(plan: Plan): string {
  return `  This reads ${formatBytes(plan.totals.bytes)}, more than max_read allows unasked (${formatBytes(plan.limitBytes)}).`;
}
