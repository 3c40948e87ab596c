import { formatCount, formatPlural } from "../plan/format.ts";
import type { DayReconciliation } from "../plan/reconcile-day.ts";
import type { Paint } from "../plan/render-plan.ts";

const heads = ["day", "family", "source", "duplicates", "filtered", "manifest", "hot", "cold"];

/** Counts of every hop, a line a day, differences below their day; then one sentence that says it all. */
export function renderReconciliation(
  days: readonly DayReconciliation[],
  paint: Paint,
  notLoaded: readonly string[] = [],
): string {
  const open = renderNotLoaded(notLoaded, paint);
  if (days.length === 0) return `Nothing to reconcile: no day of the window was loaded yet.\n${open}`;
  const rows = days.map((day) => [
    day.day,
    day.family,
    renderRows(day.rows.source),
    formatCount(day.duplicates),
    formatCount(day.filtered),
    renderRows(day.rows.written),
    renderRows(day.rows.hot),
    renderRows(day.rows.cold),
  ]);
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, column) => pad(cell, column, widths)).join("  ")}`;
  const lines = [paint("dim", line(heads))];
  for (const [index, day] of days.entries()) {
    lines.push(line(rows[index]!));
    lines.push(...day.differences.map((text) => paint("bad", `    difference: ${text}`)));
    lines.push(...day.notes.map((text) => paint("dim", `    ${text}`)));
  }
  return `${lines.join("\n")}\n\n${renderVerdict(days, paint)}\n${open}`;
}

/** What is not there cannot disagree, so it is said apart. */
function renderNotLoaded(notLoaded: readonly string[], paint: Paint): string {
  if (notLoaded.length === 0) return "";
  const named = notLoaded.slice(0, 5).join(", ") + (notLoaded.length > 5 ? ", …" : "");
  return `${paint("warn", `not compared: ${formatPlural(notLoaded.length, "day")} of the source not loaded yet (${named})`)}\n`;
}

function pad(cell: string, column: number, widths: readonly number[]): string {
  return column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
}

function renderRows(rows: number | null): string {
  return rows === null ? "-" : formatCount(rows);
}

function renderVerdict(days: readonly DayReconciliation[], paint: Paint): string {
  const differences = days.reduce((sum, day) => sum + day.differences.length, 0);
  const written = days.reduce((sum, day) => sum + (day.rows.written ?? 0), 0);
  const what = `${formatPlural(days.length, "day")}, ${formatCount(written)} rows`;
  if (differences > 0) return paint("bad", `${what}: ${formatPlural(differences, "difference")}`);
  const isLakeAlone = days.every(({ rows }) => rows.hot === null && rows.cold === null);
  const hops = isLakeAlone ? "source and manifest" : "source, manifest, hot and cold";
  return paint("good", `${what}: ${hops} agree, every row is accounted for`);
}
