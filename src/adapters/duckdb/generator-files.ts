import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Field } from "../../days/schema.ts";
import type { ShardFormat } from "../../generate/shard-spec.ts";
import { checkDataset, guardFolder } from "./generator-errors.ts";

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
  checkDataset(target.dataset);
  const folder = join(target.root, target.dataset);
  return guardFolder(folder, async () => {
    await mkdir(folder, { recursive: true });
    const former = await listTableFiles(folder, table);
    const names = await writeWhole(folder, table, files, schema, target.modifiedMs, writePart);
    for (const name of former) if (!names.includes(name)) await rm(join(folder, name), { force: true });
    return Promise.all(files.map((name) => measureFile(join(folder, name))));
  });
}

/** @returns names of all files that now stand: rows, and the schema where the format needs one. */
async function writeWhole(
  folder: string,
  table: string,
  files: readonly string[],
  schema: readonly Field[],
  modifiedMs: number | undefined,
  writePart: (part: number, path: string) => Promise<void>,
): Promise<string[]> {
  const partial = (name: string) => join(folder, `.${name}.${process.pid}.partial`);
  const schemaFiles = files[0]?.includes(".jsonl") ? [`${table}.schema.json`] : [];
  const names = [...schemaFiles, ...files];
  try {
    for (const name of schemaFiles) await writeFile(partial(name), `${JSON.stringify(schema, null, 1)}\n`);
    await settleAll(files.map((name, part) => writePart(part, partial(name))));
    for (const name of names) await stampFile(partial(name), modifiedMs);
    for (const name of names) await rename(partial(name), join(folder, name));
  } finally {
    for (const name of names) await rm(partial(name), { force: true });
  }
  return names;
}

/** Like `Promise.all`, but rejects only when nothing runs any more: no file appears after the clean-up. */
async function settleAll(promises: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(promises);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
}

/** Removes a table as Google does with an intraday one whose daily shard stands. A missing table is no error. */
export async function removeTable(target: ShardTarget, table: string): Promise<void> {
  checkDataset(target.dataset);
  const folder = join(target.root, target.dataset);
  await guardFolder(folder, async () => {
    for (const name of await listTableFiles(folder, table)) await rm(join(folder, name), { force: true });
  });
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
