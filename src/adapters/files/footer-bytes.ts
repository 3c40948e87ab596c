/** Bytes of a file's end that are asked for first: most footers fit. */
const firstBytes = 256 * 1024;
/** Length of the footer (4 bytes, little-endian) and `PAR1`. */
const tailBytes = 8;
const magic = new TextEncoder().encode("PAR1");

/**
 * A small Parquet file with a large one's footer: readers of footers look at nothing else. Of a file that is no
 * Parquet, its end as it is: whoever reads that says what is wrong.
 * @param readRange reads a range as HTTP writes it, `bytes=-1000`
 */
export async function readFooterBytes(
  bytes: number,
  readRange: (range: string) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (bytes === 0) return new Uint8Array();
  const end = await readRange(`bytes=-${Math.min(bytes, firstBytes)}`);
  const needed = readLength(end);
  if (needed === null || needed > bytes) return end;
  const footer =
    needed <= end.length ? end.subarray(end.length - needed) : await readRange(`bytes=-${needed}`);
  return Buffer.concat([magic, footer]);
}

/** @returns the footer's length with its tail, or null where the bytes are no Parquet file's end */
function readLength(end: Uint8Array): number | null {
  if (end.length < tailBytes) return null;
  const tail = Buffer.from(end.buffer, end.byteOffset + end.length - tailBytes, tailBytes);
  return tail.subarray(4).equals(magic) ? tail.readUInt32LE(0) + tailBytes : null;
}
