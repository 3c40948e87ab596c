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
import { listShardFiles, replaceTable, type ShardTarget, type WrittenFile } from "./generator-files.ts";
import { type Lanes, openLanes } from "./generator-lanes.ts";

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

/** Makes shards; calls may overlap. */
export interface ShardGenerator {
  /** How many files are written at once. */
  readonly lanes: number;
  generate(wish: ShardWish, target: ShardTarget): Promise<GeneratedShard>;
  /** Gives up what is being written, leaving nothing of it behind; nothing can be made afterwards. */
  stop(): void;
  close(): void;
}

export interface GeneratorOptions {
  memoryBytes?: number;
  /** Files written at once, one thread each. */
  lanes?: number;
}

/** Opens DuckDB once for many shards; close it when done. */
export async function createShardGenerator(options: GeneratorOptions = {}): Promise<ShardGenerator> {
  const { memoryBytes = 700_000_000, lanes: count = 2 } = options;
  const lanes = await openLanes(count, memoryBytes, renderMacros());
  return {
    lanes: count,
    generate: (wish, target) => writeShard(lanes, completeSpec(wish), target),
    stop: () => lanes.stop(),
    close: () => lanes.close(),
  };
}

/**
 * Writes one shard as files in the file source's layout; the same wish gives the same rows always.
 * A shard of that name, whatever its format and number of files, is replaced.
 */
export async function generateShard(wish: ShardWish, target: ShardTarget): Promise<GeneratedShard> {
  const generator = await createShardGenerator({ lanes: Math.min(wish.parts ?? 1, 2) });
  try {
    return await generator.generate(wish, target);
  } finally {
    generator.close();
  }
}

async function writeShard(lanes: Lanes, spec: ShardSpec, target: ShardTarget): Promise<GeneratedShard> {
  const table = tableOf(spec);
  const schema = buildShardSchema(spec.family, spec.era, spec.kind);
  const names = listShardFiles(table, spec.format, spec.parts);
  const files = await replaceTable(target, table, names, schema, (part, path) =>
    lanes.run(renderCopy(spec, schema, part, path)),
  );
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { spec, table, files, bytes, rows: countRows(spec), schema };
}
