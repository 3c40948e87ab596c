import { join as joinFragments, literal, renderSql } from "../../sql/render.ts";
import { readStatement } from "../../sql/statements.ts";
import { sql } from "../../sql/template.ts";
import type { RecipeSession } from "./engine-session.ts";
import { type Cut, measureRowBytes, oneFile, rowGroupRows } from "./engine-write.ts";

/** DuckDB cuts row groups at multiples of its vectors. */
const vectorRows = 2048;
/** Rows in the sample that a row's size is learned from. */
const sampleRows = 8 * rowGroupRows;
/** What a row gains at most: id, texts of keys. */
const addedRowBytes = 20;
/** How much heavier rows may be in one place than in another, for their number to tell where files end. */
const maxSpread = 1.2;
/** Row groups of a file that ends by its bytes: the second one after the limit is the last. */
const fileRowGroups = 16;

/** Rows that are to be written, and the files they come from. */
export interface CutSource {
  rows: number;
  bytes: number;
  paths: readonly string[];
}

/**
 * Cuts a day into files of about `fileBytes`. DuckDB's own FILE_SIZE_BYTES is right with one thread alone, so files are cut
 * after so many row groups, by the bytes that a row takes. Threads write at once: a file may get one row group per
 * thread too many, which is less than a hundredth of an ordinary file. Where rows grow heavier or lighter in the middle of
 * the day, no number of rows is right: there one thread writes, by bytes.
 */
export async function chooseCut(
  session: RecipeSession,
  scratch: string,
  fileBytes: number,
  source: CutSource,
): Promise<Cut> {
  if (source.bytes + source.rows * addedRowBytes <= fileBytes) return oneFile;
  const rowBytes = await measureRowBytes(session, scratch, sampleRows);
  if (rowBytes === null) return oneFile;
  const stretch = Math.max(1, Math.floor(fileBytes / rowBytes / 4));
  const spread = await weighSpread(session, source.paths, stretch);
  if (spread > maxSpread) return cutBytes(fileBytes, rowBytes * spread);
  return rowBytes * source.rows <= fileBytes ? oneFile : cutRows(fileBytes, rowBytes);
}

export function cutRows(fileBytes: number, rowBytes: number): Cut {
  const rows = Math.max(vectorRows, Math.floor(fileBytes / rowBytes));
  const perGroup = Math.min(rowGroupRows, Math.floor(rows / vectorRows) * vectorRows);
  return { ...oneFile, rowGroupRows: perGroup, rowGroupsPerFile: Math.max(1, Math.round(rows / perGroup)) };
}

/** @param rowBytes of the heaviest rows */
export function cutBytes(fileBytes: number, rowBytes: number): Cut {
  const vectors = Math.floor(fileBytes / rowBytes / fileRowGroups / vectorRows);
  const perGroup = Math.max(vectorRows, Math.min(rowGroupRows, vectors * vectorRows));
  const bytesPerFile = Math.floor((fileBytes * (fileRowGroups - 1)) / fileRowGroups);
  return { ...oneFile, rowGroupRows: perGroup, bytesPerFile };
}

/** How much heavier rows are in some places than in others: a sample of the first ones tells nothing of it. */
async function weighSpread(
  session: RecipeSession,
  paths: readonly string[],
  stretch: number,
): Promise<number> {
  const parts = sql`[${joinFragments(paths.map((path) => literal(path)))}]`;
  const places = { parts, stretch: literal(stretch) };
  const text = renderSql(readStatement("duckdb/parquet/weigh-rows"), places);
  const [found] = await session.runText(text, {}, null);
  return found?.least ? Number(found.most) / Number(found.least) : 1;
}
