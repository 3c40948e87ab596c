import type { Dirent } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { StoredObject } from "../../ports.ts";
import { isMissing } from "./errors.ts";
import { readEtag } from "./etag.ts";

/**
 * Objects below a prefix in the order of their keys' bytes, as S3 lists them. Folders are read one at a time, so
 * memory is bounded by the largest folder. What vanishes meanwhile is left out; symbolic links are not followed.
 * @param reserved name of the folder under the root that holds our own state, never listed
 */
export async function* walkObjects(
  root: string,
  prefix: string,
  reserved: string,
): AsyncGenerator<StoredObject> {
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  // Opening and closing the lock database here would drop this process' own lock on it (POSIX).
  if (folder.startsWith(`${reserved}/`)) return;
  for await (const key of walkKeys(root, folder, prefix, reserved)) {
    const object = await readObject(root, key);
    if (object !== null) yield object;
  }
}

async function* walkKeys(
  root: string,
  folder: string,
  prefix: string,
  reserved: string,
): AsyncGenerator<string> {
  for (const entry of await readSorted(join(root, folder))) {
    const key = `${folder}${entry.name}`;
    if (key === reserved) continue;
    if (entry.isDirectory()) {
      const below = `${key}/`;
      if (below.startsWith(prefix) || prefix.startsWith(below))
        yield* walkKeys(root, below, prefix, reserved);
    } else if (entry.isFile() && key.startsWith(prefix)) {
      yield key;
    }
  }
}

async function readSorted(path: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.sort((a, b) => Buffer.compare(sortKey(a), sortKey(b)));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** `a.json` sorts before `a/b`, as the whole keys do. */
function sortKey(entry: Dirent): Buffer {
  return Buffer.from(entry.isDirectory() ? `${entry.name}/` : entry.name);
}

async function readObject(root: string, key: string): Promise<StoredObject | null> {
  try {
    await using file = await open(join(root, key), "r");
    const { etag, stats } = await readEtag(file);
    return { key, bytes: Number(stats.size), etag, modifiedMs: Number(stats.mtimeMs) };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
