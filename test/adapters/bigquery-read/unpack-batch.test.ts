import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RecordBatchReader, tableFromIPC } from "apache-arrow";
import { expect, onTestFinished, test } from "vitest";
import {
  findField,
  readRootTable,
  withoutField,
} from "../../../src/adapters/bigquery/read/storage-read/flat-table.ts";
import { unpackBatch } from "../../../src/adapters/bigquery/read/storage-read/unpack-batch.ts";
import { type ArrowContent, readArrowContent } from "../../doubles/bigquery/read/arrow-content.ts";
import type { Codec } from "../../doubles/bigquery/read/pack-stream.ts";
import { copyToParquet } from "../files/write-shard.ts";

const query = `SELECT i AS number, CASE WHEN i % 3 = 0 THEN NULL ELSE repeat('text ' || i, 9) END AS text,
  CASE WHEN i % 4 = 0 THEN [] ELSE [{a: i, b: NULL::VARCHAR}, NULL] END AS list, NULL::DOUBLE AS nothing, i % 2 = 0 AS flag
  FROM range(250) AS rows(i)`;

async function pack(codec: Codec): Promise<ArrowContent> {
  const folder = await mkdtemp(join(tmpdir(), "shardlift-arrow-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "rows.parquet");
  await copyToParquet(query, file);
  return readArrowContent({ files: [file], columns: [], codec, rowsPerBatch: 100 });
}

/** Rows as apache-arrow, which is not what unpacks here, reads them. */
function readRows(
  { schema, batches }: ArrowContent,
  unpack: (message: Buffer) => readonly Buffer[],
): unknown {
  const stream = Buffer.concat([schema, ...batches.flatMap(({ message }) => unpack(message))]);
  return tableFromIPC(stream).toArray().map(String);
}

test("batches packed by zstd become what they were, in the same rows", async () => {
  const packed = await pack("ZSTD");
  const plain = await pack("COMPRESSION_UNSPECIFIED");
  const unpacked = packed.batches.map(({ message }) => unpackBatch(message));

  expect(unpacked.map(({ rows }) => rows)).toEqual([100, 100, 50]);
  const rows = readRows(packed, (message) => unpackBatch(message).pieces);
  expect(rows).toEqual(readRows(plain, (message) => [message]));
  expect(rows).toHaveLength(250);
  const size = (of: ArrowContent) => of.batches.reduce((sum, { message }) => sum + message.length, 0);
  expect(size(packed)).toBeLessThan(size(plain) / 3);
});

test("what is said to be plain afterwards is: readers without a codec take it", async () => {
  const { schema, batches } = await pack("ZSTD");
  const { pieces } = unpackBatch(batches[0]!.message);
  const [batch] = RecordBatchReader.from(Buffer.concat([schema, ...pieces]));
  expect(batch!.numRows).toBe(100);
});

test("batches that were never packed are not touched", async () => {
  const { batches } = await pack("COMPRESSION_UNSPECIFIED");
  const { message, rows } = batches[0]!;
  expect(unpackBatch(message)).toEqual({ pieces: [message], rows });
});

test("LZ4 is refused by its name", async () => {
  const { batches } = await pack("LZ4_FRAME");
  expect(() => unpackBatch(batches[0]!.message)).toThrow("buffers packed by LZ4, where zstd was asked for");
});

test("a schema, a text and half a batch are no record batches", async () => {
  const { schema, batches } = await pack("ZSTD");
  expect(() => unpackBatch(schema)).toThrow("an Arrow message that is no record batch");
  expect(() => unpackBatch(Buffer.from("hello, world"))).toThrow("no Arrow message");
  const { message } = batches[0]!;
  expect(() => unpackBatch(message.subarray(0, message.length / 2))).toThrow();
});

test("a buffer that becomes longer than it says is refused", async () => {
  const { batches } = await pack("ZSTD");
  const message = Buffer.from(batches[0]!.message);
  const bodyAt = 8 + message.readInt32LE(4);
  const at = [...Array(message.length - bodyAt - 8).keys()]
    .map((offset) => bodyAt + offset)
    .find((place) => message.readUInt32LE(place + 8) === 0xfd2f_b528)!;
  message.writeBigInt64LE(message.readBigInt64LE(at) + 1n, at);
  expect(() => unpackBatch(message)).toThrow(/a buffer of \d+ bytes became \d+/);
});

test("a table forgets a field without another one that shares its vtable forgetting it", () => {
  // Two tables with one vtable: 6 bytes long, tables of 8 bytes, one field at 4.
  const bytes = Buffer.alloc(32);
  bytes.writeUInt32LE(12, 0);
  bytes.writeUInt16LE(6, 4);
  bytes.writeUInt16LE(8, 6);
  bytes.writeUInt16LE(4, 8);
  bytes.writeInt32LE(8, 12);
  bytes.writeInt32LE(16, 20);
  const [first, second] = [readRootTable(bytes), { bytes, at: 20 }];
  expect([findField(first, 0), findField(second, 0)]).toEqual([16, 24]);

  const copy = withoutField(first, 0);

  expect([findField({ ...first, bytes: copy }, 0), findField({ ...second, bytes: copy }, 0)]).toEqual([
    null,
    24,
  ]);
  expect(copy.length % 8).toBe(0);
});
