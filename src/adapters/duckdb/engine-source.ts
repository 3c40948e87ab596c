import type { OpenShard } from "../../ports.ts";
import { join, literal } from "../../sql/render.ts";
import { sql } from "../../sql/template.ts";
import { buildFileError } from "./engine-errors.ts";
import type { RecipeSession } from "./engine-session.ts";

/**
 * Checks every file and opens the view `source` over all of them.
 * @returns bytes of the files that will be read
 */
export async function openSource(
  session: RecipeSession,
  shard: OpenShard,
  _scratch: string,
): Promise<number> {
  const paths: string[] = [];
  for (const part of shard.parts) {
    await checkParquet(session, part.path);
    paths.push(part.path);
  }
  if (paths.length === 0) await session.run("source_empty");
  else await session.run("source", { parts: sql`[${join(paths.map((path) => literal(path)))}]` });
  return shard.parts.reduce((sum, part) => sum + part.bytes, 0);
}

async function checkParquet(session: RecipeSession, path: string): Promise<void> {
  const [difference] = await session.run("check_parquet", { part: literal(path) }, path);
  if (difference === undefined) return;
  const { path: column, expected, received } = difference;
  const text = `column ${column}: declared ${expected ?? "nothing"}, found ${received ?? "nothing"}`;
  throw buildFileError(text, path, undefined);
}
