import { zstdCompressSync } from "node:zlib";
import {
  CompressionType,
  compressionRegistry,
  RecordBatchReader,
  RecordBatchStreamWriter,
} from "apache-arrow";
import { encodeLz4Frame } from "./lz4-frame.ts";
import { readBufferPlaces } from "./message-metadata.ts";
import { type Message, splitMessages } from "./split-messages.ts";

/** How buffers are packed, as the API names it. */
export type Codec = "COMPRESSION_UNSPECIFIED" | "ZSTD" | "LZ4_FRAME";

/** Columns in the order in which they are asked for, their buffers packed. @returns schema first */
export function packStream(stream: Uint8Array, columns: readonly string[], codec: Codec): Message[] {
  const compressionType = codec === "COMPRESSION_UNSPECIFIED" ? null : CompressionType[codec];
  const plainLengths = registerCodecs();
  const plain = splitMessages(stream);
  if (plain.length === 1) return plain;
  const reader = RecordBatchReader.from(stream).open();
  const names = (columns.length === 0 ? reader.schema.names : columns) as never[];
  const writer = new RecordBatchStreamWriter({ autoDestroy: true, compressionType });
  writer.reset(undefined, reader.schema.select(names));
  for (const batch of reader) writer.write(batch.select(names));
  writer.finish();
  const messages = splitMessages(writer.toUint8Array(true));
  if (compressionType !== null) correctLengths(messages.slice(1), plainLengths);
  return messages;
}

/** @returns lengths of the buffers that are packed from now on, in their order */
function registerCodecs(): number[] {
  const lengths: number[] = [];
  const remember = (encode: (data: Uint8Array) => Buffer) => ({
    encode(data: Uint8Array) {
      lengths.push(data.length);
      return encode(data);
    },
  });
  compressionRegistry.set(CompressionType.ZSTD, remember(zstdCompressSync));
  compressionRegistry.set(CompressionType.LZ4_FRAME, remember(encodeLz4Frame));
  // Registering tries a codec out.
  lengths.length = 0;
  return lengths;
}

/** apache-arrow 21.2 writes a buffer's packed length before it, where the format wants the plain one. */
function correctLengths(batches: readonly Message[], plainLengths: readonly number[]): void {
  let index = 0;
  for (const { metadata, body } of batches) {
    for (const { offset } of readBufferPlaces(metadata)) {
      if (body.readBigInt64LE(offset) !== -1n) body.writeBigInt64LE(BigInt(plainLengths[index]!), offset);
      index += 1;
    }
  }
  if (index !== plainLengths.length) throw new Error(`${plainLengths.length} buffers packed, ${index} found`);
}
