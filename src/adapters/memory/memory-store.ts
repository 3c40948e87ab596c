import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { checkKey, checkPrefix } from "../../lake/object-key.ts";
import type { ObjectStore, PutCondition, PutResult, StoredObject } from "../../ports.ts";

interface Entry {
  body: Uint8Array;
  etag: string;
  modifiedMs: number;
}

/**
 * A lake in this process' memory: for tests and for trying things out. Same contract as the others; it is gone
 * with the process.
 * @param options.nowMs the store's clock, ms since the epoch
 */
export function createMemoryStore(options: { nowMs: () => number }): ObjectStore {
  const entries = new Map<string, Entry>();

  function put(key: string, body: Uint8Array, condition: PutCondition): PutResult {
    checkKey(key);
    const current = entries.get(key);
    const holds = "ifAbsent" in condition ? current === undefined : current?.etag === condition.ifMatch;
    if (!holds) return { put: false };
    const etag = createHash("sha256").update(body).digest("hex");
    entries.set(key, { body: Uint8Array.from(body), etag, modifiedMs: options.nowMs() });
    return { put: true, etag };
  }

  return {
    location: "memory",
    put: async (key, body, condition) => put(key, body, condition),
    async putFile(key, path) {
      checkKey(key);
      return put(key, await readFile(path), { ifAbsent: true });
    },
    async get(key) {
      checkKey(key);
      const entry = entries.get(key);
      return entry === undefined ? null : { body: Uint8Array.from(entry.body), etag: entry.etag };
    },
    list: (prefix) => listEntries(entries, prefix),
    async remove(keys) {
      for (const key of keys) checkKey(key);
      for (const key of keys) entries.delete(key);
    },
    now: async () => options.nowMs(),
    localPath(key) {
      checkKey(key);
      return null;
    },
  };
}

async function* listEntries(entries: Map<string, Entry>, prefix: string): AsyncGenerator<StoredObject> {
  checkPrefix(prefix);
  const keys = [...entries.keys()].filter((key) => key.startsWith(prefix));
  for (const key of keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    const entry = entries.get(key);
    if (entry === undefined) continue;
    yield { key, bytes: entry.body.byteLength, etag: entry.etag, modifiedMs: entry.modifiedMs };
  }
}
