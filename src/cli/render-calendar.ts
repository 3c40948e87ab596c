import { formatCount } from "../plan/format.ts";
import type { Paint } from "../plan/render-plan.ts";
import type { DayState } from "../plan/types.ts";
import type { DayStatus } from "../tasks/status.ts";

/** One letter and one colour a state, so that the calendar reads without colour too. */
const marks: Record<DayState, { mark: string; style: Parameters<Paint>[0]; means: string }> = {
  final: { mark: "F", style: "good", means: "final" },
  open: { mark: "D", style: "good", means: "daily, may still change" },
  fresh: { mark: "f", style: "warn", means: "fresh, provisional" },
  intraday: { mark: "i", style: "warn", means: "intraday, provisional" },
  waiting: { mark: "w", style: "warn", means: "late data is waited for" },
  missing: { mark: "!", style: "bad", means: "missing" },
  "source gone": { mark: "g", style: "dim", means: "source gone, rows stay" },
  held: { mark: "H", style: "bad", means: "held by rollback" },
  "not over": { mark: ".", style: "dim", means: "not over yet" },
};

/** Days as a calendar: a line a week, a cell a day with state and rows; then what the marks mean. */
export function renderCalendar(days: readonly DayStatus[], paint: Paint): string {
  const families = [...new Set(days.map((day) => day.family))];
  const parts = families.map((family) =>
    renderFamily(
      days.filter((day) => day.family === family),
      paint,
    ),
  );
  return `${[...parts, renderLegend(days, paint)].join("\n\n")}\n`;
}

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const cellWidth = 12;

function renderFamily(days: readonly DayStatus[], paint: Paint): string {
  const first = days[0];
  if (first === undefined) return "";
  const weeks = new Map<string, string[]>();
  for (const day of days) {
    const { monday, weekday } = placeInWeek(day.day);
    const cells = weeks.get(monday) ?? weekdays.map(() => " ".repeat(cellWidth));
    cells[weekday] = renderCell(day, paint);
    weeks.set(monday, cells);
  }
  const head = `${" ".repeat(12)}${weekdays.map((name) => name.padStart(cellWidth)).join("")}`;
  const lines = [...weeks].map(([monday, cells]) => `  ${monday}${cells.join("").trimEnd()}`);
  return [paint("strong", first.family), paint("dim", head), ...lines].join("\n");
}

function placeInWeek(day: string): { monday: string; weekday: number } {
  const date = new Date(`${day}T00:00:00Z`);
  const weekday = (date.getUTCDay() + 6) % 7;
  const monday = new Date(date.getTime() - weekday * 86_400_000).toISOString().slice(0, 10);
  return { monday, weekday };
}

function renderCell(day: DayStatus, paint: Paint): string {
  const { mark, style } = marks[day.state];
  // Only what is out of step is marked, so that a calendar in step is quiet.
  const behind = day.next === "none" || day.next === "wait" ? " " : "*";
  const rows = day.rows === null ? "" : formatCount(day.rows);
  return `${rows.padStart(cellWidth - 2)}${paint(style, mark)}${behind}`;
}

function renderLegend(days: readonly DayStatus[], paint: Paint): string {
  const used = new Set(days.map((day) => day.state));
  const entries = Object.entries(marks).filter(([state]) => used.has(state as DayState));
  const legend = entries.map(([, { mark, style, means }]) => `${paint(style, mark)} ${means}`);
  return `  ${[...legend, "* out of step: run or backfill brings it back"].join("   ")}`;
}
