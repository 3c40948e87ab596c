import type { DayExtract, GenerationReport, LakeFile } from "../../../src/ports.ts";
import { buildFault, turn, type Work } from "../kernel/types.ts";
import { type ModelFile, type ModelRow, renderModelFile, sumChecksum } from "./content.ts";
import { settleRows } from "./rows.ts";
import type { SourceModel } from "./source.ts";
import type { StoreModel } from "./store.ts";

/** What an engine's writer works with, wherever it runs. */
export interface WriterInput {
  store: StoreModel;
  source: SourceModel;
  extract: DayExtract;
  /** Made at the attempt's start. */
  generation: string;
  /** Fails after the first file. */
  isDiskFull: boolean;
}

const filesPerDay = 2;

/**
 * Reads a shard part by part while it may change, and writes files one after the other straight into the generation's
 * folder, create only.
 */
export function* writeGeneration(input: WriterInput): Work<GenerationReport> {
  const { extract, generation, store } = input;
  const read = yield* readShard(input);
  const { written, duplicates } = settleRows(read);
  const columns = extract.recipe.columns.map(({ name }) => name);
  const filled = columns.filter((name) => name !== "user_properties_set");
  const files: LakeFile[] = [];
  for (let index = 0; index < filesPerDay; index += 1) {
    yield turn;
    const rows = written.filter((_, number) => number % filesPerDay === index);
    files.push(putFile(store, input, index, { rows, columns: filled }));
    if (input.isDiskFull) throw buildFault("the disk is full");
  }
  return {
    generation,
    files,
    duplicatesFiles: [],
    balance: { source: read.length, written: written.length, duplicates, filtered: 0 },
    checksum: sumChecksum(written),
    nonNull: Object.fromEntries(columns.map((name) => [name, filled.includes(name) ? written.length : 0])),
    columns: extract.recipe.columns,
    engine: { name: "model", version: "1" },
    startedAtMs: null,
  };
}

/** The first half as it is now, the second as it is a while later. */
function* readShard({ source, extract }: WriterInput): Work<ModelRow[]> {
  const { table } = extract.shard.version;
  const first = source.shard(table)?.rows ?? [];
  const begun = first.slice(0, Math.ceil(first.length / 2));
  yield turn;
  const later = source.shard(table)?.rows ?? [];
  return [...begun, ...later.slice(begun.length)];
}

function putFile(
  store: StoreModel,
  { extract, generation }: WriterInput,
  index: number,
  content: Pick<ModelFile, "rows" | "columns">,
): LakeFile {
  const key = `${extract.prefix}generation=${generation}/${generation}-0000${index}.parquet`;
  const { rulesDigest } = extract.recipe;
  const shardKind = extract.shard.version.kind;
  const body = renderModelFile({ day: extract.day, generation, shardKind, rulesDigest, ...content });
  if (!store.put(key, body, { ifAbsent: true }).put) throw buildFault(`there is an object already: ${key}`);
  return { key, bytes: body.byteLength, rows: content.rows.length };
}
