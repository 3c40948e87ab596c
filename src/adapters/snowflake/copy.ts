import type { Column } from "../../days/schema.ts";
import { ShardliftError } from "../../errors.ts";
import type { GenerationFiles } from "../../ports.ts";
import { fragment, identifier, join, type SqlFragment } from "../../sql/render.ts";
import { renderColumnValue } from "./column-types.ts";
import type { TableColumn } from "./columns.ts";
import {
  type CopyPlaces,
  refuseMissingColumns,
  refuseOtherColumns,
  refuseOtherCounts,
} from "./copy-checks.ts";
import { foldName, type Relations } from "./names.ts";
import { findFolder, renderStagePath, splitNames } from "./paths.ts";
import type { Session } from "./session.ts";
import { literalText, renderSnowflakeSql } from "./sql.ts";
import type { Row } from "./statement.ts";

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
