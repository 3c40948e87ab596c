import pMap from "p-map";
import type { ShardKind } from "../../days/families.ts";
import type { SourceVersion } from "../../days/shards.ts";
import { isShardliftError, ShardliftError } from "../../errors.ts";
import type { OpenShard, Source } from "../../ports.ts";
import { type Database, openDatabase } from "../duckdb/database.ts";
import { readParquetRows } from "../duckdb/parquet-schema.ts";
import { createFolderPlace } from "./folder-place.ts";
import { openState } from "./open-shard.ts";
import {
  buildVersion,
  type FilesPlace,
  hasRows,
  isSameState,
  listParquet,
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
  return createPlacedSource(createFolderPlace(options.root));
}

/** The same over any place that keeps files by dataset and name. */
export function createPlacedSource(place: FilesPlace): Source {
  const database = openOnce();
  return {
    location: place.location,
    async listTables(dataset) {
      return [...(await place.list(dataset))].filter(([, files]) => hasRows(files)).map(([table]) => table);
    },
    async readVersion(dataset, table, kind, known) {
      const state = await place.readState(dataset, table);
      if (state === null) return null;
      const version = buildVersion(table, kind, state);
      if (known && isUntouched(version, known)) return known;
      const readAgain = () => place.readState(dataset, table);
      return readMovedVersion(place, state, version, known, { readAgain, database });
    },
    openShard: (dataset, table, kind) => openSteady(place, dataset, { table, kind }, database),
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
  place: FilesPlace,
  state: ShardState,
  version: SourceVersion,
  known: SourceVersion | null,
  { readAgain, database }: { readAgain(): Promise<ShardState | null>; database(): Promise<Database> },
): Promise<SourceVersion> {
  try {
    const content = known?.content && known.etag === version.etag ? await place.hashContent(state) : null;
    const rows =
      content !== null && content === known?.content ? known.rows : await countRows(place, state, database);
    const moved = !isSameState(state, await readAgain());
    return moved ? version : { ...version, rows, content };
  } catch (error) {
    if (isShardliftError(error) && !error.retryable) return version;
    throw error;
  }
}

/** @returns null for newline JSON: counting would read all of it. */
async function countRows(
  place: FilesPlace,
  state: ShardState,
  database: () => Promise<Database>,
): Promise<number | null> {
  const names = listParquet(state);
  if (names.length < state.stats.length) return null;
  const counts = await pMap(names, (name) => countFile(place, state, name, database), { concurrency: 8 });
  return counts.reduce((sum, rows) => sum + rows, 0);
}

function countFile(place: FilesPlace, state: ShardState, name: string, database: () => Promise<Database>) {
  const shown = place.pathOf(state, name);
  return place.withFooter(state, name, async (path) => readParquetRows(await database(), path, shown));
}

const openAttempts = 3;

/** Opens the shard in one state: a file that moves meanwhile means to look again, never a version of two states. */
async function openSteady(
  place: FilesPlace,
  dataset: string,
  { table, kind }: { table: string; kind: ShardKind },
  database: () => Promise<Database>,
): Promise<OpenShard | null> {
  for (let attempt = 1; attempt <= openAttempts; attempt++) {
    const state = await place.readState(dataset, table);
    if (state === null) return null;
    const [opened] = await Promise.allSettled([openState(table, state, place, database)]);
    if (!isSameState(state, await place.readState(dataset, table))) continue;
    if (opened.status === "rejected") throw opened.reason;
    const { schema, parts, rows, content } = opened.value;
    return { version: { ...buildVersion(table, kind, state), rows, content }, schema, parts };
  }
  throw new ShardliftError(
    "not-ready",
    {
      failed: `The shard ${table} changed each time it was opened.`,
      rule: "a shard is read when its files stand still",
      received: `${openAttempts} attempts in ${place.location}, dataset ${dataset}`,
      remedy: "run again when its files are written",
    },
    { retryable: true },
  );
}
