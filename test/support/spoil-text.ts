import { readFile, rename, writeFile } from "node:fs/promises";
import { openDatabase } from "../../src/adapters/duckdb/database.ts";
import { literal } from "../../src/sql/render.ts";

/** No UTF-8 text has this byte anywhere. */
const invalidByte = 0xff;

/**
 * Writes a Parquet file again, uncompressed, and makes a text in it invalid UTF-8 wherever its rows hold it. The
 * footer stays as it is, so that only reading the rows can find it.
 */
export async function spoilText(path: string, text: string): Promise<void> {
  const plain = `${path}.plain`;
  const database = await openDatabase({ threads: 1 });
  await database.run(
    `COPY (FROM read_parquet(${literal(path).sql})) TO ${literal(plain).sql} (FORMAT parquet, COMPRESSION uncompressed)`,
  );
  database.close();
  const bytes = await readFile(plain);
  // A file ends with its footer, the footer's length in four bytes, and four letters.
  const rowsEnd = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
  let at = bytes.indexOf(text);
  if (at < 0 || at >= rowsEnd) throw new Error(`no row of ${path} holds ${text}`);
  for (; at >= 0 && at < rowsEnd; at = bytes.indexOf(text, at + 1)) bytes[at + 1] = invalidByte;
  await writeFile(plain, bytes);
  await rename(plain, path);
}
