import { open } from "node:fs/promises";
import { join } from "node:path";
import { Compression, Table, WriterPropertiesBuilder, writeParquet } from "parquet-wasm";
import type { PartFault, PartSetup } from "./part-messages.ts";
import { unpackBatch } from "./unpack-batch.ts";

/** Rows in a row group at most: whoever reads holds a group per thread. */
const rowGroupRows = 30_720;

export interface PartFiles {
  /** @returns paths of the files that are whole with it */
  add(batch: Uint8Array, rows: number): Promise<string[]>;
  finish(): Promise<string[]>;
}

/** Turns record batches into Parquet files of bounded size; holds no more than one of them in memory. */
export function createPartFiles({ folder, prefix, schema, partBytes }: PartSetup): PartFiles {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let written = 0;

  async function flush(): Promise<string[]> {
    if (pieces.length === 0) return [];
    const path = join(folder, `${prefix}-${String(written).padStart(5, "0")}.parquet`);
    await writeFile(path, renderParquet([schema, ...pieces]));
    written += 1;
    pieces = [];
    bytes = 0;
    return [path];
  }

  return {
    async add(batch, rows) {
      const unpacked = unpack(batch);
      if (unpacked.rows !== rows)
        throw buildUnreadable(`a batch of ${rows} rows has ${unpacked.rows} of them`);
      pieces.push(...unpacked.pieces);
      bytes += unpacked.pieces.reduce((sum, piece) => sum + piece.length, 0);
      return bytes < partBytes ? [] : flush();
    },
    finish: flush,
  };
}

function unpack(batch: Uint8Array) {
  try {
    return unpackBatch(Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength));
  } catch (error) {
    throw buildUnreadable(error instanceof Error ? error.message : String(error));
  }
}

function renderParquet(stream: readonly Uint8Array[]): Uint8Array {
  let table: Table;
  try {
    table = Table.fromIPCStream(Buffer.concat(stream));
  } catch (error) {
    throw buildUnreadable(String(error));
  }
  const properties = new WriterPropertiesBuilder()
    .setCompression(Compression.ZSTD)
    .setMaxRowGroupSize(rowGroupRows)
    .build();
  return writeParquet(table, properties);
}

/** One write may take a part only, where a disk fills up: the next one then says so. */
async function writeFile(path: string, body: Uint8Array): Promise<void> {
  await using file = await open(path, "wx");
  await file.writeFile(body);
}

function buildUnreadable(text: string): Error {
  return Object.assign(new Error(text), { kind: "unreadable" });
}

/** What of an error can be told to another thread. */
export function readPartFault(error: unknown): PartFault {
  const { kind } = error as { kind?: unknown };
  const text = error instanceof Error ? error.message : String(error);
  return { kind: kind === "unreadable" ? kind : "other", text };
}
