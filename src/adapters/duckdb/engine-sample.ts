import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { runPrefix } from "../../lake/keys.ts";
import type { DayExtract } from "../../ports.ts";
import { join as joinFragments, literal, renderSql } from "../../sql/render.ts";
import { readStatement } from "../../sql/statements.ts";
import { sql } from "../../sql/template.ts";
import type { RecipeSession } from "./engine-session.ts";

/**
 * Where the files of an attempt go: a sample's below `_runs/`, as those of a run elsewhere, where nobody takes them for
 * the day's and repair clears them after `keep`. Other days are left as they are.
 */
export function placeSample(extract: DayExtract, generation: string): DayExtract {
  if (extract.sampleRows === undefined) return extract;
  const runKey = createHash("sha256").update(generation).digest("hex");
  const base = `${runPrefix(runKey)}${generation}/sample/`;
  const { prefix, duplicatesPrefix } = extract;
  return {
    ...extract,
    prefix: `${base}${prefix}`,
    duplicatesPrefix: duplicatesPrefix === null ? null : `${base}${duplicatesPrefix}`,
  };
}

/** Some rows of a shard's Parquet files, in a file that stands for all of them. */
export async function takeSample(
  session: RecipeSession,
  paths: readonly string[],
  rows: number,
  scratch: string,
): Promise<{ paths: string[]; bytes: number }> {
  const [first] = paths;
  if (first === undefined) return { paths: [], bytes: 0 };
  const target = join(scratch, "some-rows.parquet");
  const places = {
    parts: sql`[${joinFragments(paths.map((path) => literal(path)))}]`,
    rows: literal(rows),
    target: literal(target),
  };
  await session.runText(renderSql(readStatement("duckdb/parquet/take-rows"), places), {}, first);
  return { paths: [target], bytes: (await stat(target)).size };
}
