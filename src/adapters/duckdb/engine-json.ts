import { rm, stat } from "node:fs/promises";
import type { DuckDBListValue } from "@duckdb/node-api";
import { ShardliftError } from "../../errors.ts";
import { join, literal } from "../../sql/render.ts";
import { sql } from "../../sql/template.ts";
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
  const lines = `${staged}.lines`;
  const { lineBytes, files } = await splitLines(session, path, lines);
  const places = { part: literal(path), line_bytes: literal(lineBytes) };
  await checkShapes(session, path, await readShapes(session, files), places);
  await rm(lines, { recursive: true, force: true });
  await session.run("stage", { ...places, staged: literal(staged) }, path);
  return (await stat(staged)).size;
}

/** @returns the size of lines that was enough to read the file, and the files its lines are in now */
async function splitLines(session: RecipeSession, path: string, lines: string) {
  const split = async (lineBytes: number) => {
    await rm(lines, { recursive: true, force: true });
    const places = { part: literal(path), line_bytes: literal(lineBytes), lines: literal(lines) };
    const [written] = await session.run("split_json", places, path);
    const files = written?.Files as DuckDBListValue | undefined;
    return { lineBytes, files: files?.items.map(String) ?? [] };
  };
  try {
    return await split(ordinaryLineBytes);
  } catch (error) {
    if (!isLongLine(error)) throw error;
    return split(maxLineBytes);
  }
}

/** Malformed lines are told with the advice to raise the same setting: only "exceeded" means a long one. */
function isLongLine(error: unknown): boolean {
  return error instanceof Error && /maximum_object_size\W[^\n]*exceeded/.test(error.message);
}

/** The merged shape of many rows grows in memory with their text, so few are looked at at once. */
async function readShapes(session: RecipeSession, files: readonly string[]): Promise<string[]> {
  const shapes = new Set<string>();
  for (const file of files) {
    const [row] = await session.run("shape_json", { part: literal(file) });
    if (row?.shape != null) shapes.add(String(row.shape));
  }
  return [...shapes];
}

async function checkShapes(
  session: RecipeSession,
  path: string,
  shapes: readonly string[],
  places: Places,
): Promise<void> {
  const list = sql`[${join(shapes.map((shape) => literal(shape)))}]`;
  const [fault] = await session.run("check_json", { shapes: list }, path);
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
