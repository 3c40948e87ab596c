import { readFile } from "node:fs/promises";
import { readParquet } from "parquet-wasm";
import { readRowCount } from "./message-metadata.ts";
import { type Codec, packStream } from "./pack-stream.ts";

export interface ArrowBatch {
  message: Buffer;
  rows: number;
}

/** A table's rows as Arrow: bare messages, without the mark that ends a stream. */
export interface ArrowContent {
  schema: Buffer;
  batches: ArrowBatch[];
}

export interface ContentInput {
  /** Parquet, in the order of rows. */
  files: readonly string[];
  /** Top-level columns in the order they are asked for; empty: all. */
  columns: readonly string[];
  codec: Codec;
  /** Most rows in a batch. */
  rowsPerBatch: number;
}

/** Reads Parquet by Rust's Arrow and packs buffers by JavaScript's: neither is how they are unpacked later. */
export async function readArrowContent(input: ContentInput): Promise<ArrowContent> {
  const batches: ArrowBatch[] = [];
  let schema: Buffer | null = null;
  for (const file of input.files) {
    const table = readParquet(await readFile(file), { batchSize: input.rowsPerBatch });
    const [head, ...rest] = packStream(table.intoIPCStream(), input.columns, input.codec);
    schema ??= head!.whole;
    batches.push(...rest.map(({ whole, metadata }) => ({ message: whole, rows: readRowCount(metadata) })));
  }
  if (schema === null) throw new Error("a table without files");
  return { schema, batches: batches.filter(({ rows }) => rows > 0) };
}
