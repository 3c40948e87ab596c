import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Column } from "../../days/schema.ts";
import { ShardliftError } from "../../errors.ts";
import type { GenerationFiles, LakeFile, ObjectStore } from "../../ports.ts";
import type { Database, Row } from "./database.ts";
import type { Relations } from "./warehouse-names.ts";
import { writeFileColumns } from "./warehouse-schemas.ts";
import { renderWarehouseSql } from "./warehouse-sql.ts";

/** Registered files that have one schema, oldest day first. */
export interface FileGroup {
  columns: Column[];
  keys: string[];
}

export interface NamedGeneration {
  day: string;
  generation: string;
}

/** Where objects of the lake are on this machine, ready to stand in `read_parquet`. */
export interface FindPath {
  (key: string): string;
  /** Whether the object is there at all: somebody may have deleted it by hand. */
  isThere(key: string): boolean;
  /** The path as the system has it, as DuckDB's messages name it. */
  plain(key: string): string;
}

/**
 * Paths for DuckDB's reader. Absolute, since a relative one in a view breaks in another folder; characters that
 * its reader takes for patterns stand in brackets, so that a folder called `[a]` is that folder.
 * @throws ShardliftError `config` where the lake's objects are no plain files
 */
export function createFindPath(store: ObjectStore): FindPath {
  const locate = (key: string) => {
    const path = store.localPath(key);
    if (path === null) throw buildNoFolderError(store.location);
    return resolve(path);
  };
  const find = (key: string) => locate(key).replace(/[[*?]/g, "[$&]");
  return Object.assign(find, { isThere: (key: string) => existsSync(locate(key)), plain: locate });
}

function buildNoFolderError(location: string): ShardliftError {
  return new ShardliftError("config", {
    failed: "DuckDB warehouse over a lake that is no folder.",
    rule: "a DuckDB warehouse reads the lake's files in place; its reader for S3 is a download",
    received: location,
    remedy: "use a lake of type folder with this warehouse, or Snowflake over this lake",
  });
}

/** Puts files into the inventory; registering a generation again replaces its rows. */
export async function registerFiles(
  database: Database,
  names: Relations,
  generations: readonly GenerationFiles[],
): Promise<void> {
  const schemaIds = await writeSchemas(database, names, generations);
  const files = generations.flatMap(({ day, generation, files, columns }) =>
    files.map((file) => ({ day, generation, ...file, schema_id: schemaIds.get(JSON.stringify(columns)) })),
  );
  await deleteFiles(database, names, generations);
  await database.run(renderWarehouseSql("insert-files", { files: names.files }), {
    files: JSON.stringify(files),
  });
}

async function writeSchemas(
  database: Database,
  names: Relations,
  generations: readonly GenerationFiles[],
): Promise<Map<string, string>> {
  const schemas = new Map(generations.map(({ columns }) => [JSON.stringify(columns), columns]));
  const ids = new Map<string, string>();
  for (const [text, columns] of schemas) ids.set(text, await writeFileColumns(database, names, columns));
  return ids;
}

/** Takes generations out of the inventory. */
export async function deleteFiles(
  database: Database,
  names: Relations,
  generations: readonly NamedGeneration[],
): Promise<void> {
  const sql = renderWarehouseSql("delete-files", { files: names.files });
  await database.run(sql, { generations: renderNamed(generations) });
}

/** The files of the named generations, grouped by schema; unregistered generations have none. */
export async function readGenerationFiles(
  database: Database,
  names: Relations,
  generations: readonly NamedGeneration[],
): Promise<FileGroup[]> {
  const { files, schemas } = names;
  const sql = renderWarehouseSql("list-generation-files", { files, schemas });
  return (await database.rows(sql, { generations: renderNamed(generations) })).map(parseGroup);
}

/** The files of what the ledger calls cold, grouped by schema, days that are hot as well apart from the others. */
export async function readColdFiles(
  database: Database,
  names: Relations,
): Promise<(FileGroup & { isHot: boolean })[]> {
  const { ledger, files, schemas } = names;
  const rows = await database.rows(renderWarehouseSql("list-cold-files", { ledger, files, schemas }));
  return rows.map((row) => ({ ...parseGroup(row), isHot: row.is_hot === true }));
}

/** Which one of the generations is called cold by the ledger; null: none. */
export async function findCold(
  database: Database,
  names: Relations,
  generations: readonly NamedGeneration[],
): Promise<NamedGeneration | null> {
  const sql = renderWarehouseSql("find-cold", { ledger: names.ledger });
  const [row] = await database.rows(sql, { generations: renderNamed(generations) });
  return row === undefined ? null : { day: String(row.day), generation: String(row.generation) };
}

function renderNamed(generations: readonly NamedGeneration[]): string {
  return JSON.stringify(generations.map(({ day, generation }) => ({ day, generation })));
}

function parseGroup(row: Row): FileGroup {
  return {
    columns: JSON.parse(String(row.columns)) as Column[],
    keys: JSON.parse(String(row.keys)) as string[],
  };
}

/** Rows that a list of files claims to hold. */
export function countRows(files: readonly LakeFile[]): number {
  return files.reduce((sum, file) => sum + file.rows, 0);
}
