import { mkdir, open, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { DuckDBMapValue } from "@duckdb/node-api";
import { ShardliftError } from "../../errors.ts";
import type { LakeFile, ObjectStore } from "../../ports.ts";
import type { StatementName } from "../../sql/recipe.ts";
import { fragment, literal, type SqlFragment } from "../../sql/render.ts";
import { sql } from "../../sql/template.ts";
import type { Row } from "./database.ts";
import type { RecipeSession } from "./engine-session.ts";

/** The writer holds a row group per thread, raw and compressed: small ones keep memory bounded. */
export const rowGroupRows = 8_192;

/** How rows are cut into files and row groups. */
export interface Cut {
  rowGroupRows: number;
  /** Where files end: after so many row groups. */
  rowGroupsPerFile: number | null;
  /** Or when so many bytes are written, which one thread alone can tell; both null: one file. */
  bytesPerFile: number | null;
}

export const oneFile: Cut = { rowGroupRows, rowGroupsPerFile: null, bytesPerFile: null };

/** A file as DuckDB says it wrote it. */
export interface WrittenFile extends LakeFile {
  path: string;
  /** Nulls per leaf column, by DuckDB's path: `"device"."category"`. */
  nulls: Map<string, bigint>;
}

export interface WriteInput {
  session: RecipeSession;
  store: ObjectStore;
  scratch: string;
  /** Lake prefix of the day, ending in `/`. */
  prefix: string;
  generation: string;
}

/**
 * Writes rows into a generation's folder: in place where the lake's objects are plain files, else through the
 * scratch folder and create-only puts.
 */
export async function writeRows(input: WriteInput, name: StatementName, cut: Cut): Promise<WrittenFile[]> {
  const { session, store, scratch, prefix, generation } = input;
  const keyPrefix = `${prefix}generation=${generation}/`;
  const local = store.localPath(`${keyPrefix}${generation}-00000.parquet`);
  const folder = local === null ? join(scratch, "out", keyPrefix) : dirname(local);
  await mkdir(folder, { recursive: true });
  const rows = await session.run(name, buildTarget(folder, generation, cut));
  const files = rows.map((row) => readWritten(row, keyPrefix));
  if (local === null) await putFiles(store, files);
  else for (const path of [...files.map((file) => file.path), folder]) await syncPath(path);
  return files;
}

/** Brings a file or a folder's entries to the disk: a head must never name what a power cut can still take. */
async function syncPath(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a few rows to learn their size. */
export async function measureRowBytes(
  session: RecipeSession,
  scratch: string,
  rows: number,
): Promise<number | null> {
  const path = join(scratch, "sample.parquet");
  const target = { target: literal(path), rows: literal(rows), row_group_rows: literal(rowGroupRows) };
  const [row] = await session.run("sample", { ...target, options: fragment("") });
  await rm(path, { force: true });
  const written = Number(row?.count);
  return written === 0 ? null : Number(row?.file_size_bytes) / written;
}

function buildTarget(folder: string, generation: string, cut: Cut) {
  const ends = renderEnds(cut);
  const pattern = literal(`${generation}-0000{i}`);
  return {
    target: literal(ends === null ? join(folder, `${generation}-00000.parquet`) : folder),
    row_group_rows: literal(cut.rowGroupRows),
    options: ends === null ? fragment("") : sql`, ${ends}, FILENAME_PATTERN ${pattern}, OVERWRITE_OR_IGNORE`,
  };
}

/** null: one file. */
function renderEnds({ rowGroupsPerFile, bytesPerFile }: Cut): SqlFragment | null {
  if (bytesPerFile !== null) return sql`FILE_SIZE_BYTES ${literal(bytesPerFile)}`;
  return rowGroupsPerFile === null ? null : sql`ROW_GROUPS_PER_FILE ${literal(rowGroupsPerFile)}`;
}

function readWritten(row: Row, keyPrefix: string): WrittenFile {
  const path = String(row.filename);
  const statistics = row.column_statistics as DuckDBMapValue;
  const nulls = statistics.entries.flatMap(({ key, value }) => {
    const found = (value as DuckDBMapValue).entries.find((entry) => entry.key === "null_count");
    return found === undefined ? [] : [[String(key), BigInt(String(found.value))] as const];
  });
  return {
    key: `${keyPrefix}${basename(path)}`,
    bytes: Number(row.file_size_bytes),
    rows: Number(row.count),
    path,
    nulls: new Map(nulls),
  };
}

async function putFiles(store: ObjectStore, files: readonly WrittenFile[]): Promise<void> {
  for (const { key, path } of files) {
    const { put } = await store.putFile(key, path);
    if (!put) throw buildTakenError(store, key);
  }
}

/** Ids are random: somebody else wrote below ours, or an earlier put of ours was answered wrongly. */
function buildTakenError(store: ObjectStore, key: string): ShardliftError {
  return new ShardliftError("outside", {
    failed: `The lake has an object of this new generation already: ${key}`,
    rule: "only its own writer puts objects below a generation, each once",
    received: store.location,
    remedy: "run again: the next attempt has another id",
  });
}
