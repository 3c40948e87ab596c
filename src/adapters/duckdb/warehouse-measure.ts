import type { Day, DayRange } from "../../days/day.ts";
import type { DayMeasure } from "../../ports.ts";
import { fragment, identifier, join, type SqlFragment } from "../../sql/render.ts";
import type { Database, Row } from "./database.ts";
import { isBrokenFile } from "./warehouse-errors.ts";
import {
  type FileGroup,
  type FindPath,
  type NamedGeneration,
  readColdFiles,
  readGenerationFiles,
} from "./warehouse-files.ts";
import type { Relations } from "./warehouse-names.ts";
import { readTableColumns } from "./warehouse-schemas.ts";
import { renderDayCondition, renderTexts, renderWarehouseSql } from "./warehouse-sql.ts";

/** Counts the hot table or a view with its columns per day and generation. */
export async function measureRelation(
  database: Database,
  names: Relations,
  relation: SqlFragment,
  days: readonly Day[] | DayRange | "all",
): Promise<DayMeasure[]> {
  const columns = (await readTableColumns(database, names)) ?? [];
  const condition = renderDayCondition("_day", days);
  return measure(
    database,
    relation,
    columns.map((column) => column.name),
    condition,
  );
}

/**
 * Counts what the cold view shows. Where files are lost or broken the view may fail for other days too; then those of
 * the days' files that are left are counted instead, so that whoever compares can name the day.
 */
export async function measureColdView(
  database: Database,
  names: Relations,
  days: DayRange | "all",
  findPath: FindPath,
): Promise<DayMeasure[]> {
  const groups = await readColdFiles(database, names);
  const there = groups.map((group) => ({ ...group, keys: group.keys.filter(findPath.isThere) }));
  const isWhole = groups.every((group, index) => group.keys.length === there[index]?.keys.length);
  try {
    if (isWhole) return await measureRelation(database, names, names.cold, days);
  } catch (error) {
    // A view that looks for its files in another place is wrong itself, and whoever asks must know.
    const isNamed = (key: string) => String(error).includes(findPath.plain(key));
    if (!isBrokenFile(error) || !groups.some(({ keys }) => keys.some(isNamed))) throw error;
  }
  const own = there.map((group) => ({ ...group, keys: group.keys.filter((key) => isOfDays(key, days)) }));
  return measureGroups(database, own, findPath, renderDayCondition("_day", days));
}

function isOfDays(key: string, days: DayRange | "all"): boolean {
  const day = /\/day=(\d{4}-\d{2}-\d{2})\//.exec(key)?.[1] ?? "";
  return days === "all" || (day >= days.first && day <= days.last);
}

/** Counts registered files of the named generations by what stands in them, not by their folders' names. */
export async function measureFiles(
  database: Database,
  names: Relations,
  generations: readonly NamedGeneration[],
  findPath: FindPath,
): Promise<DayMeasure[]> {
  const groups = await readGenerationFiles(database, names, generations);
  return measureGroups(database, groups, findPath, fragment("true"));
}

async function measureGroups(
  database: Database,
  groups: readonly FileGroup[],
  findPath: FindPath,
  condition: SqlFragment,
): Promise<DayMeasure[]> {
  const measures: DayMeasure[] = [];
  for (const { columns, keys } of groups) {
    if (keys.length === 0) continue;
    const paths = renderTexts(keys.map(findPath));
    const relation = fragment(`read_parquet(${paths.sql}, hive_partitioning = false, union_by_name = false)`);
    const columnNames = columns.map((column) => column.name);
    measures.push(...(await measure(database, relation, columnNames, condition)));
  }
  return measures.sort((a, b) => (a.day < b.day ? -1 : 1));
}

async function measure(
  database: Database,
  relation: SqlFragment,
  columnNames: readonly string[],
  condition: SqlFragment,
): Promise<DayMeasure[]> {
  const counts = join(
    columnNames.map((name, index) => fragment(`count(${identifier(name).sql}) AS non_null_${index}`)),
  );
  const rows = await database.rows(renderWarehouseSql("measure", { counts, relation, condition }));
  return rows.map((row) => parseMeasure(row, columnNames));
}

function parseMeasure(row: Row, columnNames: readonly string[]): DayMeasure {
  return {
    day: String(row.day) as Day,
    generation: String(row.generation),
    rows: Number(row.rows),
    checksum: String(row.checksum),
    nonNull: Object.fromEntries(columnNames.map((name, index) => [name, Number(row[`non_null_${index}`])])),
  };
}
