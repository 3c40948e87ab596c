import type { Field } from "../../days/schema.ts";
import { buildShardSchema } from "../../generate/eras.ts";
import { renderCopy, renderMacros } from "../../generate/render-shard.ts";
import {
  completeSpec,
  countRows,
  type RowCounts,
  type ShardSpec,
  type ShardWish,
  tableOf,
} from "../../generate/shard-spec.ts";
import { type Database, openDatabase } from "./database.ts";
import { listShardFiles, replaceTable, type ShardTarget, type WrittenFile } from "./generator-files.ts";

/** A shard that now stands in the target's folder. */
export interface GeneratedShard {
  /** The spec with all defaults filled. */
  spec: ShardSpec;
  table: string;
  files: WrittenFile[];
  /** Sum over the files. */
  bytes: number;
  rows: RowCounts;
  schema: Field[];
}

/** Makes shards one after another with one DuckDB. */
export interface ShardGenerator {
  generate(wish: ShardWish, target: ShardTarget): Promise<GeneratedShard>;
  close(): void;
}

export interface GeneratorOptions {
  memoryBytes?: number;
  threads?: number | null;
}

const defaultMemoryBytes = 700_000_000;

export async function createShardGenerator(options: GeneratorOptions = {}): Promise<ShardGenerator> {
  const database = await openDatabase({ memoryBytes: defaultMemoryBytes, ...options });
  await database.run("SET preserve_insertion_order = true");
  await database.run(renderMacros());
  return {
    generate: (wish, target) => writeShard(database, completeSpec(wish), target),
    close: () => database.close(),
  };
}

/**
 * Writes one shard as files in the file source's layout; the same wish gives the same rows always.
 * A shard of that name, whatever its format and number of files, is replaced.
 */
export async function generateShard(wish: ShardWish, target: ShardTarget): Promise<GeneratedShard> {
  const generator = await createShardGenerator();
  try {
    return await generator.generate(wish, target);
  } finally {
    generator.close();
  }
}

async function writeShard(database: Database, spec: ShardSpec, target: ShardTarget): Promise<GeneratedShard> {
  const table = tableOf(spec);
  const schema = buildShardSchema(spec.family, spec.era, spec.kind);
  const names = listShardFiles(table, spec.format, spec.parts);
  const files = await replaceTable(target, table, names, schema, (part, path) =>
    database.run(renderCopy(spec, schema, part, path)),
  );
  return {
    spec,
    table,
    files,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    rows: countRows(spec),
    schema,
  };
}
