import { open, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildKeyError, checkKey, checkPrefix } from "../../lake/object-key.ts";
import type { Clock, ObjectStore, PutCondition, PutResult, StoredObject } from "../../ports.ts";
import { ensureDirectory, ensureRoot, removeEmpty, syncDirectory } from "./directories.ts";
import { buildFolderError, guardFiles, isMissing } from "./errors.ts";
import { readEtag } from "./etag.ts";
import { createMutex } from "./mutex.ts";
import { copyTemporary, newTemporaryPath, removeStale, writeTemporary } from "./temporary.ts";
import { walkObjects } from "./walk.ts";

export interface FolderStoreOptions {
  /** Made on the first write; the folder above it must exist. */
  root: string;
  /** The lake's clock. Ages of objects are file times, so it must be the machine's own outside of tests. */
  clock?: Clock;
  /** How long a change waits for another process. */
  lockWaitMs?: number;
}

/** Folder under the root for the lock and for files in the making; never listed, never a key. */
const reserved = ".shardlift";

const systemClock: Clock = { now: () => Date.now(), sleep: (ms, signal) => sleep(ms, undefined, { signal }) };

/**
 * A lake in a folder of this machine. Changes are made under a mutex between processes, by renaming a synced file
 * into place; readers take no lock and see the old object or the new one, never a part. Errors are
 * `ShardliftError`s: `data` for unclean keys, `config` for a folder that cannot be, `outside` for the rest.
 */
export function createFolderStore(options: FolderStoreOptions): ObjectStore {
  const root = resolve(options.root);
  const own = join(root, reserved);
  const temporary = join(own, "temporary");
  const clock = options.clock ?? systemClock;
  const mutex = createMutex({ folder: own, clock, waitMs: options.lockWaitMs ?? 30_000 });
  let cleaned = false;

  function locate(key: string): string {
    checkKey(key);
    if (key.split("/")[0] === reserved) throw buildKeyError(key, `${reserved} holds the lake's own state`);
    return join(root, key);
  }

  async function prepare(): Promise<void> {
    await ensureRoot(root);
    await ensureDirectory(temporary);
    if (cleaned) return;
    cleaned = true;
    await removeStale(temporary, clock.now());
  }

  /** `write` fills a temporary file; it takes the key's place where the condition holds. */
  async function place(
    key: string,
    condition: PutCondition,
    write: (path: string) => Promise<void>,
  ): Promise<PutResult> {
    const path = locate(key);
    return guardFiles(root, `write ${key}`, async () => {
      await prepare();
      const made = newTemporaryPath(temporary);
      try {
        await write(made);
        return await mutex(`writing ${key}`, () => swapIn(made, path, condition));
      } finally {
        await rm(made, { force: true });
      }
    });
  }

  return {
    location: `folder ${root}`,
    put: (key, body, condition) => place(key, condition, (made) => writeTemporary(made, body)),
    putFile: (key, path) => place(key, { ifAbsent: true }, (made) => copyTemporary(path, made)),
    async get(key) {
      const path = locate(key);
      return guardFiles(root, `read ${key}`, () => readBody(path));
    },
    list: (prefix) => listObjects(root, prefix),
    async remove(keys) {
      const paths = keys.map(locate);
      await guardFiles(root, `remove ${keys.length} objects`, async () => {
        if (paths.length === 0 || !(await exists(root))) return;
        await prepare();
        await mutex(`removing ${keys.length} objects`, () => removePaths(root, paths));
      });
    },
    now: async () => clock.now(),
    localPath: locate,
  };
}

async function swapIn(made: string, path: string, condition: PutCondition): Promise<PutResult> {
  const current = await readCurrentEtag(path);
  const holds = "ifAbsent" in condition ? current === null : current === condition.ifMatch;
  if (!holds) return { put: false };
  const etag = await readCurrentEtag(made);
  await ensureDirectory(dirname(path));
  await rename(made, path);
  await syncDirectory(dirname(path));
  return { put: true, etag: etag! };
}

async function readCurrentEtag(path: string): Promise<string | null> {
  try {
    await using file = await open(path, "r");
    return (await readEtag(file)).etag;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function readBody(path: string): Promise<{ body: Uint8Array; etag: string } | null> {
  try {
    await using file = await open(path, "r");
    if ((await file.stat()).isDirectory()) return null;
    const { etag } = await readEtag(file);
    return { body: new Uint8Array(await file.readFile()), etag };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function* listObjects(root: string, prefix: string): AsyncGenerator<StoredObject> {
  checkPrefix(prefix);
  try {
    yield* walkObjects(root, prefix, reserved);
  } catch (error) {
    throw buildFolderError(root, `list ${prefix || "everything"}`, error);
  }
}

async function removePaths(root: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true });
  for (const folder of new Set(paths.map((path) => dirname(path)))) await removeEmpty(root, folder);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
