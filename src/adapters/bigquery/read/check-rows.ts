import { stat } from "node:fs/promises";
import { ShardliftError } from "../../../errors.ts";
import type { OpenShard, ShardPart } from "../../../ports.ts";
import { openDatabase } from "../../duckdb/database.ts";
import { readParquetRows } from "../../duckdb/parquet-schema.ts";

/** For footers alone. */
const memoryBytes = 128_000_000;

/**
 * Counts rows by the files' footers: all of the table's are here, and none of another version's.
 * @throws ShardliftError `outside`, retryable, where they are not as many as the table has
 */
export async function readParts(
  paths: readonly string[],
  { version }: OpenShard,
  name: string,
): Promise<ShardPart[]> {
  const parts: ShardPart[] = [];
  let rows = 0;
  const database = await openDatabase({ threads: 1, memoryBytes });
  try {
    for (const path of paths) {
      rows += await readParquetRows(database, path, `of ${name}`);
      parts.push({ path, format: "parquet", bytes: (await stat(path)).size });
    }
  } finally {
    database.close();
  }
  if (!isWhole(rows, version)) throw buildCountError(rows, version, name);
  return parts;
}

/** Rows that are still streamed into a provisional shard are read, and in no count yet. */
function isWhole(rows: number, { kind, rows: expected }: OpenShard["version"]): boolean {
  if (expected === null) return true;
  return kind === "daily" ? rows === expected : rows >= expected;
}

function buildCountError(
  rows: number,
  { rows: expected }: OpenShard["version"],
  name: string,
): ShardliftError {
  return new ShardliftError(
    "outside",
    {
      failed: `Not all rows of ${name} are here, or others too.`,
      rule: "as many rows arrive as the table has",
      received: `${rows} rows, where BigQuery counts ${expected}`,
      remedy: "run again when the table stands still",
    },
    { retryable: true },
  );
}
