import { join, resolve } from "node:path";
import type { ShardKind } from "../../days/families.ts";
import type { SourceVersion } from "../../days/shards.ts";
import { isShardliftError, ShardliftError } from "../../errors.ts";
import type { OpenShard, Source } from "../../ports.ts";
import { type Database, openDatabase } from "../duckdb/database.ts";
import { readParquetRows } from "../duckdb/parquet-schema.ts";
import { hashContent } from "./file-version.ts";
import { createFolderLister } from "./list-folder.ts";
import { openState } from "./open-shard.ts";
import {
  buildVersion,
  type Dataset,
  hasRows,
  isSameState,
  listParquet,
  readState,
  type ShardState,
} from "./shard-state.ts";

export interface FilesSourceOptions {
  /** Folder with one folder per dataset. */
  root: string;
}

/**
 * A source of files as `bq extract` leaves them: `<root>/<dataset>/<shard>[-NNN].(parquet|jsonl|jsonl.gz)`, with
 * `<shard>.schema.json` beside newline JSON. Versions are names, sizes and times, and the content's hash where only a
 * time moved. Every call rejects with code `config` where the folder of the dataset is missing.
 */
export function createFilesSource(options: FilesSourceOptions): Source {
  const root = resolve(options.root);
  const list = createFolderLister(root);
  const database = openOnce();
  const find = (dataset: string): Dataset => ({ folder: join(root, dataset), list: () => list(dataset) });
  return {
    location: `folder ${root}`,
    async listTables(dataset) {
      return [...(await list(dataset))].filter(([, files]) => hasRows(files)).map(([table]) => table);
    },
    async readVersion(dataset, table, kind, known) {
      const state = await readState(find(dataset), table);
      if (state === null) return null;
      const version = buildVersion(table, kind, state);
      if (known && isUntouched(version, known)) return known;
      return readMovedVersion(find(dataset), state, version, known, database);
    },
    openShard: (dataset, table, kind) => openSteady(find(dataset), table, kind, database),
  };
}

/** Footers are read by DuckDB: opened when the first one is, since a run in which nothing moved reads none. */
function openOnce(): () => Promise<Database> {
  let opened: Promise<Database> | undefined;
  return () => {
    opened ??= openDatabase({ threads: 1, memoryBytes: 256_000_000 });
    return opened;
  };
}

/** Names, sizes and times are those of the known version: no file is opened. */
function isUntouched(version: SourceVersion, known: SourceVersion): boolean {
  const { table, kind, modified, etag } = known;
  return (
    version.table === table && version.kind === kind && version.modified === modified && version.etag === etag
  );
}

/**
 * A shard that is broken or still being written has a version too, without rows and content: planning goes on, and
 * opening the shard says what is wrong with it.
 */
async function readMovedVersion(
  dataset: Dataset,
  state: ShardState,
  version: SourceVersion,
  known: SourceVersion | null,
  database: () => Promise<Database>,
): Promise<SourceVersion> {
  try {
    const content = known?.content && known.etag === version.etag ? await hashStats(state) : null;
    const rows =
      content !== null && content === known?.content ? known.rows : await countRows(state, database);
    const moved = !isSameState(state, await readState(dataset, version.table));
    return moved ? version : { ...version, rows, content };
  } catch (error) {
    if (isShardliftError(error) && !error.retryable) return version;
    throw error;
  }
}

function hashStats({ folder, stats }: ShardState): Promise<string> {
  return hashContent(
    folder,
    stats.map((file) => file.name),
  );
}

/** @returns null for newline JSON: counting would read all of it. */
async function countRows(state: ShardState, database: () => Promise<Database>): Promise<number | null> {
  const paths = listParquet(state);
  if (paths.length < state.stats.length) return null;
  let rows = 0;
  for (const path of paths) rows += await readParquetRows(await database(), path);
  return rows;
}

const openAttempts = 3;

/** Opens the shard in one state: a file that moves meanwhile means to look again, never a version of two states. */
async function openSteady(
  dataset: Dataset,
  table: string,
  kind: ShardKind,
  database: () => Promise<Database>,
): Promise<OpenShard | null> {
  for (let attempt = 1; attempt <= openAttempts; attempt++) {
    const state = await readState(dataset, table);
    if (state === null) return null;
    const [opened] = await Promise.allSettled([openState(table, state, database)]);
    if (!isSameState(state, await readState(dataset, table))) continue;
    if (opened.status === "rejected") throw opened.reason;
    const { schema, parts, rows, content } = opened.value;
    return { version: { ...buildVersion(table, kind, state), rows, content }, schema, parts };
  }
  throw new ShardliftError(
    "not-ready",
    {
      failed: `The shard ${table} changed each time it was opened.`,
      rule: "a shard is read when its files stand still",
      received: `${openAttempts} attempts in ${dataset.folder}`,
      remedy: "run again when its files are written",
    },
    { retryable: true },
  );
}
