import type { Column } from "../../days/schema.ts";
import { ShardliftError } from "../../errors.ts";
import type { LakeFile } from "../../ports.ts";
import { join } from "../../sql/render.ts";
import { foldName, nameQualified } from "./names.ts";
import { type Folder, renderStagePath, splitNames } from "./paths.ts";
import type { Session } from "./session.ts";
import { literalText, renderSnowflakeSql } from "./sql.ts";

/** Where files are read from. Dotted names, as the environment declares them. */
export interface CopyPlaces {
  stage: string;
  fileFormat: string;
}

export function refuseOtherCounts(
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

export function refuseMissingColumns(
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
export async function refuseOtherColumns(
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
