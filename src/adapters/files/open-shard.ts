import { isDeepStrictEqual } from "node:util";
import pMap from "p-map";
import type { Field } from "../../days/schema.ts";
import { ShardliftError } from "../../errors.ts";
import type { OpenShard, ShardPart } from "../../ports.ts";
import type { Database } from "../duckdb/database.ts";
import { readParquetRows, readParquetSchema } from "../duckdb/parquet-schema.ts";
import { type CheckedShard, checkShard } from "./check-shard.ts";
import { parseSchema } from "./parse-schema.ts";
import type { FilesPlace, ShardState } from "./shard-state.ts";

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
  place: FilesPlace,
  database: () => Promise<Database>,
): Promise<OpenedState> {
  const checked = checkShard(table, state.files);
  const folders = state.stats.filter((file) => !file.isFile);
  if (folders[0]) throw noFile(place.pathOf(state, folders[0].name));
  const { schema, rows } =
    checked.format === "parquet"
      ? await readFooters(place, state, checked.parts, await database())
      : { schema: await readSchemaFile(place, state, checked.schema!), rows: null };
  const parts = listParts(checked, state, place);
  return { schema, parts, rows, content: await place.hashContent(state) };
}

function noFile(path: string): ShardliftError {
  return new ShardliftError("data", {
    failed: `${path} is no file but a folder or a link to nothing.`,
    rule: "a part of a shard is one file",
    remedy:
      "put the files themselves into the dataset's folder, named <shard>-000.parquet, <shard>-001.parquet, …",
  });
}

function listParts({ parts, format }: CheckedShard, state: ShardState, place: FilesPlace): ShardPart[] {
  const stats = new Map(state.stats.map((file) => [file.name, file]));
  return parts.map((name) => {
    const { bytes, etag } = stats.get(name)!;
    const part = { path: place.pathOf(state, name), format, bytes };
    return etag === undefined ? part : { ...part, etag };
  });
}

async function readFooters(
  place: FilesPlace,
  state: ShardState,
  names: readonly string[],
  database: Database,
): Promise<{ schema: Field[]; rows: number }> {
  const read = (name: string) => {
    const shown = place.pathOf(state, name);
    return place.withFooter(state, name, async (path) => ({
      shown,
      schema: await readParquetSchema(database, path, shown),
      rows: await readParquetRows(database, path, shown),
    }));
  };
  const footers = await pMap(names, read, { concurrency: 8 });
  const first = footers[0]!;
  const other = footers.find(({ schema }) => !isDeepStrictEqual(schema, first.schema));
  if (other !== undefined) throw unlike(first.shown, other.shown);
  return { schema: first.schema, rows: footers.reduce((sum, { rows }) => sum + rows, 0) };
}

function unlike(first: string, other: string): ShardliftError {
  return new ShardliftError("data", {
    failed: `Two parts of one shard have different columns: ${first} and ${other}.`,
    rule: "all parts of a shard come from one extract and have the same columns, types and order",
    remedy: "extract the shard again into an empty place and copy all of its parts",
  });
}

async function readSchemaFile(place: FilesPlace, state: ShardState, name: string): Promise<Field[]> {
  const path = place.pathOf(state, name);
  const parsed = parseSchema(parseJson(path, await place.readText(state, name)));
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
