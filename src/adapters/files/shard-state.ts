import { join } from "node:path";
import type { ShardKind } from "../../days/families.ts";
import type { SourceVersion } from "../../days/shards.ts";
import type { ShardFile } from "./file-name.ts";
import { type FileStat, hashNames, readStats, renderTimes } from "./file-version.ts";
import type { FolderListing } from "./list-folder.ts";

/** A table's files as they are at one moment. */
export interface ShardState {
  folder: string;
  files: readonly ShardFile[];
  /** Of the files that decide what the rows are: a schema file beside Parquet is never read. */
  stats: FileStat[];
}

export interface Dataset {
  folder: string;
  list(): Promise<FolderListing>;
}

/** @returns null where the table has no file with rows. */
export async function readState({ folder, list }: Dataset, table: string): Promise<ShardState | null> {
  const files = (await list()).get(table) ?? [];
  if (!hasRows(files)) return null;
  const isParquet = files.every((file) => file.holds !== "rows" || file.format === "parquet");
  const decisive = files.filter((file) => !(isParquet && file.holds === "schema"));
  const names = decisive.map((file) => file.name);
  return { folder, files, stats: await readStats(folder, names) };
}

export function hasRows(files: readonly ShardFile[]): boolean {
  return files.some((file) => file.holds !== "schema");
}

export function isSameState(a: ShardState, b: ShardState | null): boolean {
  return (
    b !== null && hashNames(a.stats) === hashNames(b.stats) && renderTimes(a.stats) === renderTimes(b.stats)
  );
}

/** What is known of a version without opening a file. */
export function buildVersion(table: string, kind: ShardKind, { files, stats }: ShardState): SourceVersion {
  const schemas = new Set(files.filter((file) => file.holds === "schema").map((file) => file.name));
  const bytes = stats.reduce((sum, file) => sum + (schemas.has(file.name) ? 0 : file.bytes), 0);
  const modified = renderTimes(stats);
  return { table, kind, modified, rows: null, bytes, etag: hashNames(stats), content: null };
}

/** Paths of the table's Parquet files. */
export function listParquet({ folder, files }: ShardState): string[] {
  return files
    .filter((file) => file.holds === "rows" && file.format === "parquet")
    .map((file) => join(folder, file.name));
}
