/** Castagnoli's polynomial, reversed. */
const polynomial = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
  return value >>> 0;
});

/** The checksum that Cloud Storage sends with each object: base64 of four bytes, the highest first. */
export function crc32c(body: Uint8Array): string {
  let value = 0xffffffff;
  for (const byte of body) value = (table[(value ^ byte) & 0xff]! ^ (value >>> 8)) >>> 0;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((value ^ 0xffffffff) >>> 0);
  return bytes.toString("base64");
}
