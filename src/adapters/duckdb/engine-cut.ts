import type { RecipeSession } from "./engine-session.ts";
import { type Cut, measureRowBytes, rowGroupRows } from "./engine-write.ts";

/** DuckDB cuts row groups at multiples of its vectors. */
const vectorRows = 2048;
/** Rows in the sample that a row's size is learned from. */
const sampleRows = 8 * rowGroupRows;
/** What a row gains at most: id, texts of keys. */
const addedRowBytes = 20;

/**
 * Cuts a day into files of about `fileBytes`. DuckDB's own FILE_SIZE_BYTES counts before compression and per thread,
 * so files are cut after so many row groups, by the bytes that a row takes. Threads write at once: a file may get one
 * row group per thread too many, which is less than a hundredth of an ordinary file.
 */
export async function chooseCut(
  session: RecipeSession,
  scratch: string,
  fileBytes: number,
  source: { rows: number; bytes: number },
): Promise<Cut> {
  const one = { rowGroupRows, rowGroupsPerFile: null };
  if (source.bytes + source.rows * addedRowBytes <= fileBytes) return one;
  const rowBytes = await measureRowBytes(session, scratch, sampleRows);
  if (rowBytes === null || rowBytes * source.rows <= fileBytes) return one;
  return cutRows(fileBytes, rowBytes);
}

export function cutRows(fileBytes: number, rowBytes: number): Cut {
  const rows = Math.max(vectorRows, Math.floor(fileBytes / rowBytes));
  const perGroup = Math.min(rowGroupRows, Math.floor(rows / vectorRows) * vectorRows);
  return { rowGroupRows: perGroup, rowGroupsPerFile: Math.max(1, Math.round(rows / perGroup)) };
}
