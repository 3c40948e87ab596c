import type { Day, DayRange } from "../../days/day.ts";
import { fragment, join, literal, renderSql, type SqlFragment } from "../../sql/render.ts";
import { readStatement } from "../../sql/statements.ts";

/** One of `sql/duckdb/warehouse`, its places filled. */
export function renderWarehouseSql(name: string, values: Record<string, SqlFragment> = {}): string {
  return renderSql(readStatement(`duckdb/warehouse/${name}`), values);
}

/** A condition on a DATE column, our own text: these days, a range, or no condition at all. */
export function renderDayCondition(column: string, days: readonly Day[] | DayRange | "all"): SqlFragment {
  if (days === "all") return fragment("true");
  if (!isRange(days)) return fragment(days.length === 0 ? "false" : `${column} IN (${renderDays(days)})`);
  return fragment(`${column} BETWEEN ${renderDays([days.first])} AND ${renderDays([days.last])}`);
}

function isRange(days: readonly Day[] | DayRange): days is DayRange {
  return "first" in days;
}

function renderDays(days: readonly Day[]): string {
  return join(days.map((day) => fragment(`${literal(day).sql}::DATE`))).sql;
}

/** A list of texts, `['a', 'b']`. */
export function renderTexts(texts: readonly string[]): SqlFragment {
  return fragment(`[${join(texts.map(literal)).sql}]`);
}
