import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Database, openDatabase } from "../../../src/adapters/duckdb/database.ts";
import { readParquetRows, readParquetSchema } from "../../../src/adapters/duckdb/parquet-schema.ts";
import { parseFileName } from "../../../src/adapters/files/file-name.ts";
import type { Field } from "../../../src/days/schema.ts";
import type { ApiField } from "./api-types.ts";
import { addDataset, dropTable, putTable } from "./change-world.ts";
import type { BigQueryWorld } from "./world.ts";

export interface FolderPlace {
  /** Folder with one folder of Parquet for each dataset, as the generator leaves it. */
  root: string;
  project: string;
  dataset: string;
  location?: string;
}

/**
 * Makes a dataset's tables equal to the files of its folder: new and changed ones are written, the others stay as they
 * are, those without files go. Modification times are the files'.
 */
export async function loadFolder(world: BigQueryWorld, place: FolderPlace): Promise<void> {
  const { project, dataset } = place;
  const state = world.datasets.get(`${project}:${dataset}`) ?? addDataset(world, place);
  const shards = await listShards(join(place.root, dataset));
  for (const table of state.tables.keys())
    if (!shards.has(table)) dropTable(world, { project, dataset, table });
  const database = await openDatabase({ threads: 1, memoryBytes: 256_000_000 });
  try {
    for (const [table, shard] of shards) {
      const before = state.tables.get(table);
      const isSame = before?.modifiedMs === shard.modifiedMs && before.bytes === shard.bytes;
      if (isSame && before.files.join() === shard.files.join()) continue;
      putTable(world, { project, dataset, table }, { ...shard, ...(await readContent(database, shard)) });
    }
  } finally {
    database.close();
  }
}

interface FolderShard {
  files: string[];
  bytes: bigint;
  modifiedMs: number;
}

async function listShards(folder: string): Promise<Map<string, FolderShard>> {
  const shards = new Map<string, FolderShard>();
  for (const name of (await readdir(folder)).toSorted()) {
    const parsed = parseFileName(name);
    if (parsed?.holds !== "rows" || parsed.format !== "parquet") continue;
    const { size, mtimeMs } = await stat(join(folder, name));
    const shard = shards.get(parsed.table) ?? { files: [], bytes: 0n, modifiedMs: 0 };
    shard.files.push(join(folder, name));
    shard.bytes += BigInt(size);
    shard.modifiedMs = Math.max(shard.modifiedMs, Math.floor(mtimeMs));
    shards.set(parsed.table, shard);
  }
  return shards;
}

async function readContent(database: Database, { files }: FolderShard) {
  let rows = 0;
  for (const file of files) rows += await readParquetRows(database, file);
  return { rows: BigInt(rows), schema: (await readParquetSchema(database, files[0]!)).map(renderField) };
}

/** As the API answers it: legacy names, a description on the way, empty modes nowhere. */
function renderField({ name, type, mode, fields }: Field): ApiField {
  return { name, type, mode, ...(fields === undefined ? {} : { fields: fields.map(renderField) }) };
}
