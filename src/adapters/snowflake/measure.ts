import type { Day, DayRange } from "../../days/day.ts";
import type { DayMeasure } from "../../ports.ts";
import { fragment, identifier, join, type SqlFragment } from "../../sql/render.ts";
import type { TableColumn } from "./columns.ts";
import type { Relations } from "./names.ts";
import type { Session } from "./session.ts";
import {
  type NamedGeneration,
  renderDayCondition,
  renderFolderCondition,
  renderSnowflakeSql,
} from "./sql.ts";
import type { Row } from "./statement.ts";
import { renderFileValues } from "./views.ts";

/** Counts the hot table or the cold view per day and generation. */
export async function measureRelation(
  session: Session,
  relation: SqlFragment,
  columns: readonly TableColumn[],
  days: readonly Day[] | DayRange | "all",
): Promise<DayMeasure[]> {
  const condition = renderDayCondition('"_DAY"', days);
  const sql = renderSnowflakeSql("measure", { counts: renderCounts(columns), relation, condition });
  const rows = await session.run(sql, { pace: "long", failed: `${relation.sql} cannot be counted.` });
  return rows.map((row) => parseMeasure(row, columns));
}

/** Counts registered files of the named generations by what stands in them; no statement where none is named. */
export async function measureFiles(
  session: Session,
  { files }: Relations,
  columns: readonly TableColumn[],
  generations: readonly NamedGeneration[],
): Promise<DayMeasure[]> {
  if (generations.length === 0) return [];
  const values = renderFileValues(columns, new Map());
  const named = columns.map(({ upperName }, index) =>
    fragment(`${values[index]!.sql} AS ${identifier(upperName).sql}`),
  );
  const sql = renderSnowflakeSql("measure-files", {
    counts: renderCounts(columns),
    values: join(named),
    files,
    condition: renderFolderCondition(generations),
  });
  const rows = await session.run(sql, { pace: "long", failed: `${files.sql} cannot be counted.` });
  return rows.map((row) => parseMeasure(row, columns));
}

function renderCounts(columns: readonly TableColumn[]): SqlFragment {
  const counts = columns.map(({ upperName }, index) =>
    fragment(`COUNT(${identifier(upperName).sql})::VARCHAR AS "NON_NULL_${index}"`),
  );
  return join(counts, ",\n  ");
}

function parseMeasure(row: Row, columns: readonly TableColumn[]): DayMeasure {
  const counts = columns.map(({ column }, index) => [column.name, Number(row[`NON_NULL_${index}`])]);
  return {
    day: row.DAY as Day,
    generation: row.GENERATION ?? "",
    rows: Number(row.ROWS),
    checksum: row.CHECKSUM ?? "",
    nonNull: Object.fromEntries(counts),
  };
}
