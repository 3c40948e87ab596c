import type { ShardKind } from "../../days/families.ts";
import type { SourceVersion } from "../../days/shards.ts";
import type { ShardFile } from "./file-name.ts";
import { type FileStat, hashNames, renderTimes } from "./file-version.ts";
import type { FolderListing } from "./list-folder.ts";

/** A table's files as they are at one moment. */
export interface ShardState {
  folder: string;
  files: readonly ShardFile[];
  /** Of the files that decide what the rows are: a schema file beside Parquet is never read. */
  stats: FileStat[];
}

/** Where datasets lie: what differs between a folder and a bucket. */
export interface FilesPlace {
  /** For messages. */
  location: string;
  /** Files of a dataset by table; rejects with code `config` where there is no such dataset. */
  list(dataset: string): Promise<FolderListing>;
  /** @returns null where the table has no file with rows */
  readState(dataset: string, table: string): Promise<ShardState | null>;
  /** Absolute path, or a URI. */
  pathOf(state: ShardState, name: string): string;
  /** Equal for equal contents of all files. */
  hashContent(state: ShardState): Promise<string>;
  readText(state: ShardState, name: string): Promise<string>;
  /** Hands over a file of this machine that has a Parquet file's footer; it is there until `read` has ended. */
  withFooter<T>(state: ShardState, name: string, read: (path: string) => Promise<T>): Promise<T>;
}

/** Files that decide what the rows are: a schema file beside Parquet is never read. */
export function pickDecisive(files: readonly ShardFile[]): ShardFile[] {
  const isParquet = files.every((file) => file.holds !== "rows" || file.format === "parquet");
  return files.filter((file) => !(isParquet && file.holds === "schema"));
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

/** Names of the table's Parquet files. */
export function listParquet({ files }: ShardState): string[] {
  return files.filter((file) => file.holds === "rows" && file.format === "parquet").map((file) => file.name);
}
