import { stat } from "node:fs/promises";
import { ShardliftError } from "../../errors.ts";
import { literal } from "../../sql/render.ts";
import type { Row } from "./database.ts";
import type { Places, RecipeSession } from "./engine-session.ts";

/** DuckDB holds two lines of this size per thread; BigQuery's rows have at most 100 MB. */
const ordinaryLineBytes = 16 * 1024 * 1024;
const maxLineBytes = 128 * 1024 * 1024;

/**
 * Brings one newline-JSON file into Parquet with the declared types.
 * @returns the new file's size in bytes
 * @throws ShardliftError `data` naming file, line where it is known, and key
 */
export async function stageJson(session: RecipeSession, path: string, staged: string): Promise<number> {
  const lineBytes = await checkJson(session, path);
  const places = { part: literal(path), line_bytes: literal(lineBytes), staged: literal(staged) };
  await session.run("stage", places, path);
  return (await stat(staged)).size;
}

/** @returns the size of lines that was enough to read the file */
async function checkJson(session: RecipeSession, path: string): Promise<number> {
  try {
    await check(session, path, ordinaryLineBytes);
    return ordinaryLineBytes;
  } catch (error) {
    if (!isLongLine(error)) throw error;
    await check(session, path, maxLineBytes);
    return maxLineBytes;
  }
}

/** Malformed lines are told with the advice to raise the same setting: only "exceeded" means a long one. */
function isLongLine(error: unknown): boolean {
  return error instanceof Error && /maximum_object_size\W[^\n]*exceeded/.test(error.message);
}

async function check(session: RecipeSession, path: string, lineBytes: number): Promise<void> {
  const places = { part: literal(path), line_bytes: literal(lineBytes) };
  const [fault] = await session.run("check_json", places, path);
  if (fault) throw buildFault(path, fault, await findLine(session, fault, places));
}

async function findLine(session: RecipeSession, fault: Row, places: Places): Promise<string> {
  if (fault.json_path === null) return "";
  const [found] = await session.run("locate", { ...places, json_path: literal(String(fault.json_path)) });
  return found === undefined ? "" : `:${found.line}`;
}

function buildFault(path: string, fault: Row, line: string): ShardliftError {
  const place = String(fault.path)
    .replaceAll("[0]", "")
    .replace(/^\$\.?/, "");
  if (fault.expected !== null) {
    return new ShardliftError("data", {
      failed: `The file ${path} does not fit its schema${place === "" ? "" : ` at ${place}`}.`,
      rule: `declared: ${fault.expected}`,
      received: String(fault.received),
      remedy: "write the schema file again from the table, or extract the shard again",
    });
  }
  return new ShardliftError("data", {
    failed: `The file ${path}${line} has a key that its schema does not declare: ${place}`,
    rule: "an undeclared key is a schema change: reading on would lose its values",
    received: `${place} (${fault.received})`,
    remedy: "write the schema file again from the table: bq show --schema --format=json <table>",
  });
}
