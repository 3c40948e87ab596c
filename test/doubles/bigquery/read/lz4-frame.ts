/** The frame format of LZ4 with blocks that are stored as they are: valid, and no smaller. */
export function encodeLz4Frame(data: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(((data.length | 0x8000_0000) >>> 0) as number);
  // Magic number, version 1 with independent blocks of up to 4 MB, and the checksum of these two bytes.
  const header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73]);
  return Buffer.concat([header, ...(data.length === 0 ? [] : [size, data]), Buffer.alloc(4)]);
}
