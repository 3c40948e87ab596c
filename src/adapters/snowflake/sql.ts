import type { Day, DayRange } from "../../days/day.ts";
import { fragment, join, literal, renderSql, type SqlFragment } from "../../sql/render.ts";
import { readStatement } from "../../sql/statements.ts";

/** One of `sql/snowflake`, its places filled. */
export function renderSnowflakeSql(name: string, values: Record<string, SqlFragment> = {}): string {
  return renderSql(readStatement(`snowflake/${name}`), values);
}

/** One of `sql/snowflake/bootstrap`, its places filled. */
export function renderBootstrapSql(name: string, values: Record<string, SqlFragment> = {}): string {
  return renderSql(readStatement(`snowflake/bootstrap/${name}`), values);
}

/** A condition on a DATE column, our own text: these days, a range, or no condition at all. */
export function renderDayCondition(column: string, days: readonly Day[] | DayRange | "all"): SqlFragment {
  if (days === "all") return fragment("TRUE");
  if ("first" in days) {
    return fragment(`${column} BETWEEN ${renderDay(days.first)} AND ${renderDay(days.last)}`);
  }
  if (days.length === 0) return fragment("FALSE");
  return fragment(`${column} IN (${days.map(renderDay).join(", ")})`);
}

export interface NamedGeneration {
  day: Day;
  generation: string;
}

/** A condition on the inventory's partitions: exactly these folders. */
export function renderFolderCondition(generations: readonly NamedGeneration[]): SqlFragment {
  if (generations.length === 0) return fragment("FALSE");
  const folders = generations.map(({ day, generation }) =>
    fragment(
      `(files."FILE_DAY" = ${renderDay(day)} AND files."FILE_GENERATION" = ${literalText(generation).sql})`,
    ),
  );
  return join(folders, " OR ");
}

function renderDay(day: Day): string {
  return `${literalText(day).sql}::DATE`;
}

/** A text as Snowflake reads it: in its literals a backslash begins an escape, so it is doubled. */
export function literalText(text: string): SqlFragment {
  return literal(text.replaceAll("\\", "\\\\"));
}
