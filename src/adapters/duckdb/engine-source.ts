import { join as joinPath } from "node:path";
import { ShardliftError } from "../../errors.ts";
import type { DayExtract, OpenShard, ShardPart } from "../../ports.ts";
import { join, literal } from "../../sql/render.ts";
import { sql } from "../../sql/template.ts";
import { buildFileError } from "./engine-errors.ts";
import { stageJson } from "./engine-json.ts";
import { takeSample } from "./engine-sample.ts";
import type { RecipeSession } from "./engine-session.ts";

/** Files that the view `source` reads, as they were found or staged. */
export interface SourceFiles {
  paths: string[];
  bytes: number;
}

/**
 * Checks every file, brings newline JSON into Parquet, and opens the view `source` over all of them, or over a sample.
 */
export async function openSource(
  session: RecipeSession,
  { shard, sampleRows }: Pick<DayExtract, "shard" | "sampleRows">,
  scratch: string,
): Promise<SourceFiles> {
  const whole = await openParts(session, shard, scratch);
  const files =
    sampleRows === undefined ? whole : await takeSample(session, whole.paths, sampleRows, scratch);
  if (files.paths.length === 0) await session.run("source_empty");
  else await session.run("source", { parts: sql`[${join(files.paths.map((path) => literal(path)))}]` });
  return files;
}

async function openParts(session: RecipeSession, shard: OpenShard, scratch: string): Promise<SourceFiles> {
  const files: SourceFiles = { paths: [], bytes: 0 };
  for (const [index, part] of shard.parts.entries()) {
    const { path, bytes } = await openPart(session, part, joinPath(scratch, `staged-${index}.parquet`));
    files.paths.push(path);
    files.bytes += bytes;
  }
  return files;
}

async function openPart(session: RecipeSession, part: ShardPart, staged: string) {
  switch (part.format) {
    case "parquet":
      await checkParquet(session, part.path);
      return part;
    case "jsonl":
    case "jsonl.gz":
      return { path: staged, bytes: await stageJson(session, part.path, staged) };
    default:
      return part.format satisfies never;
  }
}

async function checkParquet(session: RecipeSession, path: string): Promise<void> {
  const [difference] = await session.run("check_parquet", { part: literal(path) }, path);
  if (difference === undefined) return;
  const { path: column, expected, received } = difference;
  const text = `column ${column}: declared ${expected ?? "nothing"}, found ${received ?? "nothing"}`;
  throw buildFileError(text, path, undefined);
}

/** After a failure over several files: the file that cannot be read, if it is one's fault. */
export async function blameFile(
  session: RecipeSession,
  paths: readonly string[],
  error: unknown,
): Promise<unknown> {
  if (error instanceof ShardliftError || !(error instanceof Error)) return error;
  for (const path of paths) {
    try {
      await session.run("probe", { part: literal(path) }, path);
    } catch (found) {
      return found;
    }
  }
  return error;
}
