/**
 * The little of FlatBuffers that Arrow's messages need: a table is a run of fields that a vtable tells the places of.
 * Numbers are little-endian. See https://flatbuffers.dev/internals
 */
export interface FlatTable {
  bytes: Buffer;
  /** Where the table begins. */
  at: number;
}

/** @throws RangeError where the bytes end before the table does */
export function readRootTable(bytes: Buffer): FlatTable {
  return { bytes, at: bytes.readUInt32LE(0) };
}

/** @returns where the field stands, or null where it is left out: its default */
export function findField(table: FlatTable, index: number): number | null {
  const { bytes, at } = table;
  const vtable = findVtable(table);
  const entry = 4 + 2 * index;
  const offset = entry < bytes.readUInt16LE(vtable) ? bytes.readUInt16LE(vtable + entry) : 0;
  return offset === 0 ? null : at + offset;
}

/** Where tables, vectors and texts stand that a field points at. */
export function followField(table: FlatTable, index: number): number | null {
  const field = findField(table, index);
  return field === null ? null : field + table.bytes.readUInt32LE(field);
}

/**
 * Makes a table forget one of its fields. Tables may share a vtable, so this one gets its own, at the end.
 * @returns a copy with the same places
 */
export function withoutField(table: FlatTable, index: number): Buffer {
  const { bytes, at } = table;
  const start = findVtable(table);
  const vtable = Buffer.from(bytes.subarray(start, start + bytes.readUInt16LE(start)));
  vtable.writeUInt16LE(0, 4 + 2 * index);
  const copy = Buffer.concat([bytes, vtable, Buffer.alloc(-(bytes.length + vtable.length) & 7)]);
  copy.writeInt32LE(at - bytes.length, at);
  return copy;
}

function findVtable({ bytes, at }: FlatTable): number {
  return at - bytes.readInt32LE(at);
}
