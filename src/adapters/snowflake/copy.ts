import type { Column } from "../../days/schema.ts";
import { ShardliftError } from "../../errors.ts";
import type { GenerationFiles, LakeFile } from "../../ports.ts";
import { fragment, identifier, join, type SqlFragment } from "../../sql/render.ts";
import { renderColumnValue } from "./column-types.ts";
import type { TableColumn } from "./columns.ts";
import { foldName, nameQualified, type Relations } from "./names.ts";
import { type Folder, findFolder, renderStagePath } from "./paths.ts";
import type { Session } from "./session.ts";
import { literalText, renderSnowflakeSql } from "./sql.ts";
import type { Row } from "./statement.ts";

/** Where files are read from. Dotted names, as the environment declares them. */
export interface CopyPlaces {
  stage: string;
  fileFormat: string;
}

/** Snowflake takes no more names in one FILES list. */
const maxNames = 1_000;

/**
 * Copies one generation's files into the hot table. What the first COPY's answer lacks is copied once more.
 * @throws ShardliftError `data` where a file is missing, has other columns than its manifest says, has one that the
 * table lacks, or another number of rows
 */
export async function copyGeneration(
  session: Session,
  names: Relations,
  tableColumns: readonly TableColumn[],
  generation: GenerationFiles,
  places: CopyPlaces,
): Promise<void> {
  const failed = `The generation ${generation.generation} of ${generation.day} cannot be copied into ${names.hot.sql}.`;
  const folder = findFolder(generation);
  const inTable = new Map(tableColumns.map((column) => [column.upperName, column.column]));
  refuseMissingColumns(failed, generation.columns, inTable);
  await refuseOtherColumns(session, failed, generation.columns, folder, places);
  const copy = (files: readonly string[]) =>
    copyFiles(
      session,
      failed,
      {
        hot: names.hot,
        names: join(generation.columns.map(({ name }) => identifier(foldName(name)))),
        values: join(generation.columns.map((column) => renderValue(column, inTable))),
        stage: renderStagePath(places.stage, folder.prefix),
      },
      files,
    );
  const copied = await copy(folder.names);
  const missing = folder.names.filter((name) => !copied.has(name));
  if (missing.length > 0) for (const [name, rows] of await copy(missing)) copied.set(name, rows);
  refuseOtherCounts(failed, generation.files, copied);
}

/** The table's type counts: a file from before its column was widened holds the narrower one. */
function renderValue(column: Column, inTable: ReadonlyMap<string, Column>): SqlFragment {
  const target = inTable.get(foldName(column.name)) ?? column;
  return renderColumnValue(fragment("$1"), { ...target, name: column.name });
}

/** @returns rows by file name; of files that the answer does not tell of none */
async function copyFiles(
  session: Session,
  failed: string,
  places: { hot: SqlFragment; names: SqlFragment; values: SqlFragment; stage: SqlFragment },
  files: readonly string[],
): Promise<Map<string, number>> {
  const copied = new Map<string, number>();
  for (const part of splitNames(files)) {
    const sql = renderSnowflakeSql("copy", { ...places, files: join(part.map(literalText)) });
    const answer = await session.run(sql, { pace: "long", failed });
    for (const [name, rows] of readCopied(failed, answer)) copied.set(name, rows);
  }
  return copied;
}

function splitNames(names: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (let from = 0; from < names.length; from += maxNames) parts.push(names.slice(from, from + maxNames));
  return parts;
}

/** A row without a file says in words that nothing was there to do. Names come with their path, or their URL. */
function readCopied(failed: string, answer: readonly Row[]): [string, number][] {
  return answer.flatMap((row) => {
    if (row.file === undefined || row.file === null) return [];
    const name = row.file.slice(row.file.lastIndexOf("/") + 1);
    if (row.status === "LOADED" && Number(row.errors_seen) === 0) return [[name, Number(row.rows_loaded)]];
    throw new ShardliftError("data", {
      failed,
      rule: "every file arrives whole, without an error",
      received: `${row.file}: ${row.status}, ${row.errors_seen} errors, first: ${row.first_error ?? "none told"}`,
      remedy: "shardlift backfill --again makes the day anew",
    });
  });
}

function refuseOtherCounts(
  failed: string,
  files: readonly LakeFile[],
  copied: ReadonlyMap<string, number>,
): void {
  for (const { key, rows } of files) {
    const found = copied.get(key.slice(key.lastIndexOf("/") + 1));
    if (found === rows) continue;
    const received =
      found === undefined
        ? `${key} was not copied, twice`
        : `${key}: ${found} rows where the manifest has ${rows}`;
    throw new ShardliftError("data", {
      failed,
      rule: "every file of the manifest is copied, with all its rows",
      received,
      remedy: "look whether the file is still there; shardlift backfill --again makes the day anew",
    });
  }
}

function refuseMissingColumns(
  failed: string,
  wanted: readonly Column[],
  inTable: ReadonlyMap<string, Column>,
): void {
  const missing = wanted.filter(({ name }) => !inTable.has(foldName(name)));
  if (missing.length === 0) return;
  throw new ShardliftError("data", {
    failed,
    rule: "the table was prepared with every column of the files",
    received: `columns the table lacks: ${missing.map((column) => column.name).join(", ")}`,
    remedy: "look who altered the table; load adds columns that are missing when it runs again",
  });
}

/** COPY with a SELECT takes NULL for a column that a file lacks, and leaves out one that nobody named: both in silence. */
async function refuseOtherColumns(
  session: Session,
  failed: string,
  columns: readonly Column[],
  folder: Folder,
  { stage, fileFormat }: CopyPlaces,
): Promise<void> {
  const declared = new Set(columns.map(({ name }) => name));
  const found = new Set<string>();
  for (const part of splitNames(folder.names)) {
    const sql = renderSnowflakeSql("infer-columns", {
      location: literalText(renderStagePath(stage, folder.prefix).sql),
      files: join(part.map(literalText)),
      format: literalText(nameQualified(fileFormat).sql),
    });
    for (const row of await session.run(sql, { pace: "long", failed })) found.add(row.COLUMN_NAME ?? "");
  }
  const differences = [...declared, ...found].filter((name) => !(declared.has(name) && found.has(name)));
  if (differences.length === 0) return;
  throw new ShardliftError("data", {
    failed,
    rule: "files have the columns that their manifest says",
    received: `not in both: ${differences.join(", ")}`,
    remedy: "shardlift backfill --again makes the day anew",
  });
}
