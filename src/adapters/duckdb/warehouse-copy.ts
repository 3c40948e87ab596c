import type { Column } from "../../days/schema.ts";
import { ShardliftError } from "../../errors.ts";
import type { GenerationFiles } from "../../ports.ts";
import { fragment, identifier, join } from "../../sql/render.ts";
import type { Database } from "./database.ts";
import { translateError } from "./warehouse-errors.ts";
import { countRows, type FindPath } from "./warehouse-files.ts";
import type { Relations } from "./warehouse-names.ts";
import { readTableColumns, renderFileType, renderSelection } from "./warehouse-schemas.ts";
import { renderTexts, renderWarehouseSql } from "./warehouse-sql.ts";

/**
 * Copies one generation's files into the hot table.
 * @throws ShardliftError `data` where a file is missing or broken, has other columns than its manifest says, has
 * one the table lacks, or another number of rows
 */
export async function copyGeneration(
  database: Database,
  names: Relations,
  generation: GenerationFiles,
  findPath: FindPath,
): Promise<void> {
  const failed = `The generation ${generation.generation} of ${generation.day} cannot be copied.`;
  try {
    const paths = renderTexts(generation.files.map((file) => findPath(file.key)));
    const tableColumns = (await readTableColumns(database, names)) ?? [];
    refuseMissingColumns(failed, generation.columns, tableColumns);
    await refuseOtherColumns(failed, database, generation.columns, paths);
    const present = tableColumns.filter((column) => hasColumn(generation.columns, column));
    const columns = renderSelection(present, generation.columns);
    const [answer] = await database.rows(renderWarehouseSql("copy", { hot: names.hot, columns, paths }));
    refuseOtherCount(failed, countRows(generation.files), Number(answer?.Count));
  } catch (error) {
    throw translateError(error, failed);
  }
}

function hasColumn(columns: readonly Column[], { name }: Column): boolean {
  return columns.some((column) => column.name.toLowerCase() === name.toLowerCase());
}

function refuseMissingColumns(failed: string, wanted: readonly Column[], table: readonly Column[]): void {
  const missing = wanted.filter((column) => !hasColumn(table, column));
  if (missing.length === 0) return;
  throw new ShardliftError("data", {
    failed,
    rule: "the table was prepared with every column of the files",
    received: `columns the table lacks: ${missing.map((column) => column.name).join(", ")}`,
    remedy: "look who altered the table; load adds columns that are missing when it runs again",
  });
}

/** A member that no schema names would be dropped by a cast without a word. */
async function refuseOtherColumns(
  failed: string,
  database: Database,
  columns: readonly Column[],
  paths: ReturnType<typeof renderTexts>,
): Promise<void> {
  const declared = join(
    columns.map((column) => fragment(`NULL::${renderFileType(column)} AS ${identifier(column.name).sql}`)),
  );
  const wanted = await describe(database, renderWarehouseSql("describe-columns", { columns: declared }));
  const found = await describe(database, renderWarehouseSql("describe-files", { paths }));
  const differences = [...new Set([...wanted, ...found])].filter(
    (column) => !(wanted.has(column) && found.has(column)),
  );
  if (differences.length === 0) return;
  throw new ShardliftError("data", {
    failed,
    rule: "files have the columns and types that their manifest says",
    received: `not in both: ${differences.join("; ")}`,
    remedy: "shardlift backfill --again makes the day anew",
  });
}

/** Columns with their types as texts; JSON is text in files, marked as JSON or not. */
async function describe(database: Database, sql: string): Promise<Set<string>> {
  const rows = await database.rows(sql);
  return new Set(
    rows.map((row) => `${row.column_name} ${String(row.column_type).replace(/\bJSON\b/g, "VARCHAR")}`),
  );
}

function refuseOtherCount(failed: string, expected: number, copied: number): void {
  if (copied === expected) return;
  throw new ShardliftError("data", {
    failed,
    rule: "every file arrives whole",
    received: `${copied} rows where the manifest has ${expected}`,
    remedy: "look whether somebody replaced a file; shardlift backfill --again makes the day anew",
  });
}
