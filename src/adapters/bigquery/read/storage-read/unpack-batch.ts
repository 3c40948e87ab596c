import { zstdDecompressSync } from "node:zlib";
import { findField, followField, readRootTable, withoutField } from "./flat-table.ts";

/** Arrow's IPC format: `FF FF FF FF`, the metadata's length, metadata (FlatBuffers), body. */
const prefixBytes = 8;
/** Fields of Message and RecordBatch as Message.fbs numbers them. */
const message = { headerType: 1, header: 2, bodyLength: 3 };
const recordBatch = { length: 0, buffers: 2, compression: 3 };
const recordBatchType = 3;
const codecs = ["LZ4", "zstd"];
const zstd = 1;

export interface UnpackedBatch {
  /** The message without compression, in pieces that follow one another. */
  pieces: Buffer[];
  rows: number;
}

/**
 * Unpacks the compressed buffers of one record batch and leaves everything else as it is: no value is decoded. What
 * writes Parquet here reads no compressed buffers.
 * @throws Error where this is no record batch, or packed otherwise than by zstd
 */
export function unpackBatch(bytes: Buffer): UnpackedBatch {
  const { metadata, body } = splitMessage(bytes);
  const root = readRootTable(metadata);
  const typeAt = findField(root, message.headerType);
  const headerAt = followField(root, message.header);
  if (typeAt === null || headerAt === null || metadata[typeAt] !== recordBatchType)
    throw new Error("an Arrow message that is no record batch");
  const header = { bytes: metadata, at: headerAt };
  const lengthAt = findField(header, recordBatch.length);
  const rows = lengthAt === null ? 0 : Number(metadata.readBigInt64LE(lengthAt));
  const compressionAt = followField(header, recordBatch.compression);
  if (compressionAt === null) return { pieces: [bytes], rows };
  checkCodec(metadata, compressionAt);
  const plain = withoutField(header, recordBatch.compression);
  const pieces = unpackBuffers(plain, followField(header, recordBatch.buffers), body);
  const bodyBytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const bodyLengthAt = findField(root, message.bodyLength);
  if (bodyLengthAt !== null) plain.writeBigInt64LE(BigInt(bodyBytes), bodyLengthAt);
  return { pieces: [renderPrefix(plain.length), plain, ...pieces], rows };
}

function splitMessage(bytes: Buffer): { metadata: Buffer; body: Buffer } {
  if (bytes.length < prefixBytes || bytes.readInt32LE(0) !== -1) throw new Error("no Arrow message");
  const end = prefixBytes + bytes.readInt32LE(4);
  return { metadata: bytes.subarray(prefixBytes, end), body: bytes.subarray(end) };
}

function checkCodec(metadata: Buffer, at: number): void {
  const codecAt = findField({ bytes: metadata, at }, 0);
  const codec = codecAt === null ? 0 : metadata[codecAt]!;
  if (codec !== zstd)
    throw new Error(`buffers packed by ${codecs[codec] ?? codec}, where zstd was asked for`);
}

/** Unpacks each buffer and writes its new place and length over the old ones. */
function unpackBuffers(metadata: Buffer, vectorAt: number | null, body: Buffer): Buffer[] {
  if (vectorAt === null) return [];
  const pieces: Buffer[] = [];
  let offset = 0;
  for (let index = 0; index < metadata.readUInt32LE(vectorAt); index += 1) {
    const at = vectorAt + 4 + 16 * index;
    const start = Number(metadata.readBigInt64LE(at));
    const plain = unpackBuffer(body.subarray(start, start + Number(metadata.readBigInt64LE(at + 8))));
    metadata.writeBigInt64LE(BigInt(offset), at);
    metadata.writeBigInt64LE(BigInt(plain.length), at + 8);
    const padding = Buffer.alloc(-plain.length & 7);
    pieces.push(plain, padding);
    offset += plain.length + padding.length;
  }
  return pieces;
}

/** Its plain length comes first; -1: it would not have become smaller, and is as it was. */
function unpackBuffer(packed: Buffer): Buffer {
  if (packed.length === 0) return packed;
  const bytes = packed.readBigInt64LE(0);
  const rest = packed.subarray(8);
  if (bytes === -1n) return rest;
  const plain = zstdDecompressSync(rest);
  if (BigInt(plain.length) !== bytes) throw new Error(`a buffer of ${bytes} bytes became ${plain.length}`);
  return plain;
}

function renderPrefix(metadataBytes: number): Buffer {
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeInt32LE(-1, 0);
  prefix.writeInt32LE(metadataBytes, 4);
  return prefix;
}
