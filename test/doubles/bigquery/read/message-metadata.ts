/** What the double needs of Arrow's FlatBuffers; written apart from the code that it tests. */

function slot(metadata: Buffer, table: number, field: number): number {
  const vtable = table - metadata.readInt32LE(table);
  const entry = 4 + 2 * field;
  const offset = entry < metadata.readUInt16LE(vtable) ? metadata.readUInt16LE(vtable + entry) : 0;
  return offset === 0 ? 0 : table + offset;
}

function root(metadata: Buffer): number {
  return metadata.readUInt32LE(0);
}

function header(metadata: Buffer): number {
  const at = slot(metadata, root(metadata), 2);
  return at + metadata.readUInt32LE(at);
}

export function readBodyLength(metadata: Buffer): number {
  const at = slot(metadata, root(metadata), 3);
  return at === 0 ? 0 : Number(metadata.readBigInt64LE(at));
}

/** Rows of a record batch. */
export function readRowCount(metadata: Buffer): number {
  const at = slot(metadata, header(metadata), 0);
  return at === 0 ? 0 : Number(metadata.readBigInt64LE(at));
}

/** Where the buffers of a record batch stand in its body, empty ones left out. */
export function readBufferPlaces(metadata: Buffer): { offset: number; bytes: number }[] {
  const field = slot(metadata, header(metadata), 2);
  const vector = field + metadata.readUInt32LE(field);
  const places = Array.from({ length: metadata.readUInt32LE(vector) }, (_, index) => {
    const at = vector + 4 + 16 * index;
    return {
      offset: Number(metadata.readBigInt64LE(at)),
      bytes: Number(metadata.readBigInt64LE(at + 8)),
    };
  });
  return places.filter(({ bytes }) => bytes > 0);
}
