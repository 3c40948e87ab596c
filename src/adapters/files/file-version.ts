import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { readError } from "./list-folder.ts";

/** What the file system, or a listing, says of one file of a shard. */
export interface FileStat {
  name: string;
  bytes: number;
  modifiedNs: bigint;
  isFile: boolean;
  /** Of an object in a store. */
  etag?: string;
}

/** A file that vanished since it was listed (or a link to nothing) is a state too: no file, of no size. */
export async function readStats(folder: string, names: readonly string[]): Promise<FileStat[]> {
  const stats: FileStat[] = [];
  for (const name of names) stats.push(await readStat(folder, name));
  return stats;
}

async function readStat(folder: string, name: string): Promise<FileStat> {
  const path = join(folder, name);
  try {
    const found = await stat(path, { bigint: true });
    return { name, bytes: Number(found.size), modifiedNs: found.mtimeNs, isFile: found.isFile() };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw readError(path, cause);
    return { name, bytes: 0, modifiedNs: 0n, isFile: false };
  }
}

/** Hash of names and sizes, and of etags where there are any. */
export function hashNames(stats: readonly FileStat[]): string {
  const told = stats.map(({ name, bytes, etag }) =>
    etag === undefined ? [name, bytes] : [name, bytes, etag],
  );
  return hashText(JSON.stringify(told));
}

/** The newest time, for people, and the hash of all of them: a shard of many parts has a version of bounded length. */
export function renderTimes(stats: readonly FileStat[]): string {
  const times = stats.map(({ modifiedNs }) => modifiedNs);
  const newest = times.toSorted((a, b) => Number(a - b)).at(-1);
  return `${newest}-${hashText(times.join(",")).slice(0, 16)}`;
}

/** SHA-256 over the files' names and contents, streamed. Rejects where a file is gone or cannot be read. */
export async function hashContent(folder: string, names: readonly string[]): Promise<string> {
  const digests: [string, string][] = [];
  for (const name of names) digests.push([name, await hashFile(join(folder, name))]);
  return hashText(JSON.stringify(digests));
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  } catch (cause) {
    throw readError(path, cause);
  }
  return hash.digest("hex");
}

function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
