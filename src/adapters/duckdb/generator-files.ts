import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Field } from "../../days/schema.ts";
import type { ShardFormat } from "../../generate/shard-spec.ts";

/** Where a shard goes: `<root>/<dataset>/`. */
export interface ShardTarget {
  root: string;
  dataset: string;
  /** Modification time of all its files, ms since the epoch; else the time of writing. */
  modifiedMs?: number;
}

/** Files of one table as the file source lays them out: one, or `-000`, `-001`, … */
export function listShardFiles(table: string, format: ShardFormat, parts: number): string[] {
  if (parts === 1) return [`${table}.${format}`];
  return Array.from({ length: parts }, (_, part) => `${table}-${String(part).padStart(3, "0")}.${format}`);
}

export interface WrittenFile {
  path: string;
  bytes: number;
}

/**
 * Writes a table's files beside their places and renames them when all are whole; files of a former version
 * that are not replaced go last. `writePart` fills one path.
 */
export async function replaceTable(
  target: ShardTarget,
  table: string,
  files: readonly string[],
  schema: readonly Field[],
  writePart: (part: number, path: string) => Promise<void>,
): Promise<WrittenFile[]> {
  const folder = join(target.root, target.dataset);
  await mkdir(folder, { recursive: true });
  const former = await listTableFiles(folder, table);
  const partial = (file: string) => join(folder, `.${file}.${process.pid}.partial`);
  const schemaFile = files[0]?.includes(".jsonl") ? [`${table}.schema.json`] : [];
  const names = [...schemaFile, ...files];
  try {
    for (const name of schemaFile) await writeFile(partial(name), `${JSON.stringify(schema, null, 1)}\n`);
    await settleAll(files.map((name, part) => writePart(part, partial(name))));
    for (const name of names) await stampFile(partial(name), target.modifiedMs);
    for (const name of names) await rename(partial(name), join(folder, name));
  } finally {
    for (const name of names) await rm(partial(name), { force: true });
  }
  for (const name of former) if (!names.includes(name)) await rm(join(folder, name), { force: true });
  return Promise.all(files.map((name) => measureFile(join(folder, name))));
}

/** Like `Promise.all`, but rejects only when nothing runs any more: no file appears after the clean-up. */
async function settleAll(promises: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(promises);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
}

/** Removes a table as Google does with an intraday one whose daily shard stands. A missing table is no error. */
export async function removeTable(target: ShardTarget, table: string): Promise<void> {
  const folder = join(target.root, target.dataset);
  for (const name of await listTableFiles(folder, table)) await rm(join(folder, name), { force: true });
}

async function listTableFiles(folder: string, table: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const rest = /^(-\d{3,})?\.(parquet|jsonl|jsonl\.gz)$|^\.schema\.json$/;
  return names.filter((name) => name.startsWith(table) && rest.test(name.slice(table.length))).sort();
}

async function stampFile(path: string, modifiedMs: number | undefined): Promise<void> {
  if (modifiedMs === undefined) return;
  const at = new Date(modifiedMs);
  await utimes(path, at, at);
}

async function measureFile(path: string): Promise<WrittenFile> {
  return { path, bytes: (await stat(path)).size };
}
