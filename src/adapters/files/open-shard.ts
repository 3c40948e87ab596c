import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Field } from "../../days/schema.ts";
import { ShardliftError } from "../../errors.ts";
import type { OpenShard, ShardPart } from "../../ports.ts";
import type { Database } from "../duckdb/database.ts";
import { readParquetRows, readParquetSchema } from "../duckdb/parquet-schema.ts";
import { type CheckedShard, checkShard } from "./check-shard.ts";
import { hashContent } from "./file-version.ts";
import { readError } from "./list-folder.ts";
import { parseSchema } from "./parse-schema.ts";
import type { ShardState } from "./shard-state.ts";

/** What opening adds to a version that was read from the file system alone. */
export type OpenedState = Omit<OpenShard, "version"> & { rows: number | null; content: string };

/**
 * Reads what an engine needs of a shard in this state. The content is hashed here because this version becomes the
 * head's: once a time moves, only a hash of what was extracted can tell that the rows are still the same.
 * @throws ShardliftError `data` naming file or column that does not fit
 */
export async function openState(
  table: string,
  state: ShardState,
  database: () => Promise<Database>,
): Promise<OpenedState> {
  const checked = checkShard(table, state.files);
  const folders = state.stats.filter((file) => !file.isFile);
  if (folders[0]) throw noFile(join(state.folder, folders[0].name));
  const paths = checked.parts.map((name) => join(state.folder, name));
  const { schema, rows } =
    checked.format === "parquet"
      ? await readFooters(await database(), paths)
      : { schema: await readSchemaFile(join(state.folder, checked.schema!)), rows: null };
  const names = state.stats.map((file) => file.name);
  return { schema, parts: listParts(checked, state), rows, content: await hashContent(state.folder, names) };
}

function noFile(path: string): ShardliftError {
  return new ShardliftError("data", {
    failed: `${path} is no file but a folder or a link to nothing.`,
    rule: "a part of a shard is one file",
    remedy:
      "put the files themselves into the dataset's folder, named <shard>-000.parquet, <shard>-001.parquet, …",
  });
}

function listParts({ parts, format }: CheckedShard, { folder, stats }: ShardState): ShardPart[] {
  const bytes = new Map(stats.map((file) => [file.name, file.bytes]));
  return parts.map((name) => ({ path: join(folder, name), format, bytes: bytes.get(name)! }));
}

async function readFooters(database: Database, paths: readonly string[]) {
  const [first, ...others] = paths;
  const schema = await readParquetSchema(database, first!);
  let rows = await readParquetRows(database, first!);
  for (const path of others) {
    if (!isDeepStrictEqual(await readParquetSchema(database, path), schema)) throw unlike(first!, path);
    rows += await readParquetRows(database, path);
  }
  return { schema, rows };
}

function unlike(first: string, other: string): ShardliftError {
  return new ShardliftError("data", {
    failed: `Two parts of one shard have different columns: ${first} and ${other}.`,
    rule: "all parts of a shard come from one extract and have the same columns, types and order",
    remedy: "extract the shard again into an empty place and copy all of its parts",
  });
}

async function readSchemaFile(path: string): Promise<Field[]> {
  const text = await readFile(path, "utf8").catch((cause) => {
    throw readError(path, cause);
  });
  const parsed = parseSchema(parseJson(path, text));
  if ("fields" in parsed) return parsed.fields;
  throw badSchema(path, parsed.issues.join("; "));
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badSchema(path, (cause as Error).message);
  }
}

function badSchema(path: string, received: string): ShardliftError {
  return new ShardliftError("data", {
    failed: `The schema file ${path} cannot be used.`,
    rule: "a schema file is JSON in the form of BigQuery's API: a list of { name, type, mode, fields }",
    received,
    remedy: "write it again: bq show --schema --format=json <table>",
  });
}
