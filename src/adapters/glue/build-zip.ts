import { crc32 } from "node:zlib";

export interface ZipEntry {
  name: string;
  body: Uint8Array;
}

/** 1980-01-01, the first date a zip can have: equal files make equal bytes. */
const dosDate = 0x0021;
const version = 20;
const utf8Names = 0x0800;

/** A zip of files as they are, not compressed: Python imports from it, and it is small. */
export function buildZip(entries: readonly ZipEntry[]): Uint8Array {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, body } of entries) {
    const path = Buffer.from(name);
    const facts = buildFacts(path, body);
    const file = Buffer.concat([buildNumbers([[4, 0x04034b50]]), facts, buildNumbers([[2, 0]]), path, body]);
    // Attributes: of a plain file that all may read.
    const rest = buildNumbers([
      [2, 0],
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0o100644 * 0x10000],
      [4, offset],
    ]);
    const start = buildNumbers([
      [4, 0x02014b50],
      [2, version],
    ]);
    directory.push(Buffer.concat([start, facts, rest, path]));
    files.push(file);
    offset += file.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = entries.length;
  const end = buildNumbers([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, size],
    [4, offset],
    [2, 0],
  ]);
  return Buffer.concat([...files, ...directory, end]);
}

/** What stands before a file and in the directory alike. */
function buildFacts(path: Buffer, body: Uint8Array): Buffer {
  const { length } = body;
  return buildNumbers([
    [2, version],
    [2, utf8Names],
    [2, 0],
    [2, 0],
    [2, dosDate],
    [4, crc32(body)],
    [4, length],
    [4, length],
    [2, path.length],
  ]);
}

/** Little-endian numbers, each with its width in bytes. */
function buildNumbers(numbers: readonly (readonly [2 | 4, number])[]): Buffer {
  return Buffer.concat(
    numbers.map(([width, value]) => {
      const bytes = Buffer.alloc(width);
      bytes.writeUIntLE(value, 0, width);
      return bytes;
    }),
  );
}
