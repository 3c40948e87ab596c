import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { checkKey, checkPrefix } from "../../../src/lake/object-key.ts";
import type { ObjectStore, PutCondition, PutResult, StoredObject } from "../../../src/ports.ts";
import { changingFaults, type FaultName, readingFaults } from "../kernel/faults.ts";
import { type Call, type Kernel, type Process, turn, type Work } from "../kernel/types.ts";

interface Entry {
  body: Uint8Array;
  etag: string;
  modifiedMs: number;
}

/** Object storage as S3 documents it: strong reads, conditional puts, listings page by page, deletes that are cut short. */
export interface StoreModel {
  connect(process: Process): ObjectStore;
  /** How far the store's clock is off, ms. */
  clockErrorMs: number;
  /** Grows with every change, and with every removal. */
  readonly revision: number;
  readonly removals: number;
  read(key: string): Uint8Array | null;
  keys(prefix: string): string[];
  put(key: string, body: Uint8Array, condition: PutCondition): PutResult;
  remove(key: string): void;
}

/** Keys a page of a listing holds: few, so that listings and changes meet. */
const pageKeys = 4;

/** Changes that a stale listing lacks, at most. */
const staleChanges = 6;

const putFaults = [...changingFaults, "duplicate request"] as const satisfies FaultName[];
const listFaults = [...readingFaults, "stale list"] as const satisfies FaultName[];

export function createStoreModel(kernel: Kernel): StoreModel {
  const entries = new Map<string, Entry>();
  /** What each change replaced, so that a stale listing can look back. */
  const changes: { key: string; before: Entry | undefined }[] = [];

  let removals = 0;

  function change(key: string, entry: Entry | undefined): void {
    if (entry === undefined) removals += 1;
    changes.push({ key, before: entries.get(key) });
    if (entry === undefined) entries.delete(key);
    else entries.set(key, entry);
  }

  const model: Omit<StoreModel, "connect"> = {
    clockErrorMs: 0,
    get revision() {
      return changes.length;
    },
    get removals() {
      return removals;
    },
    read: (key) => entries.get(key)?.body ?? null,
    keys: (prefix) => [...entries.keys()].filter((key) => key.startsWith(prefix)).sort(compareBytes),
    put(key, body, condition) {
      const current = entries.get(key);
      const holds = "ifAbsent" in condition ? current === undefined : current?.etag === condition.ifMatch;
      if (!holds) return { put: false };
      const etag = createHash("md5").update(body).digest("hex");
      change(key, { body: Uint8Array.from(body), etag, modifiedMs: now() });
      return { put: true, etag };
    },
    remove: (key) => {
      if (entries.has(key)) change(key, undefined);
    },
  };
  const now = () => kernel.nowMs() + model.clockErrorMs;

  function connect(process: Process): ObjectStore {
    const call = <T>(method: string, detail: string, faults: readonly FaultName[], work: Call<T>["work"]) =>
      kernel.call(process, { port: "store", method, detail, faults, work });
    const put = (key: string, read: () => Uint8Array, condition: PutCondition) => {
      checkKey(key);
      const body = Uint8Array.from(read());
      return call("put", key, putFaults, function* (): Work<PutResult> {
        const result = model.put(key, body, condition);
        if (!result.put) kernel.note("  refused: the condition does not hold");
        return result;
      });
    };
    return {
      location: "the model of a store",
      put: async (key, body, condition) => put(key, () => body, condition),
      putFile: async (key, path) => put(key, () => readFileSync(path), { ifAbsent: true }),
      async get(key) {
        checkKey(key);
        return call("get", key, readingFaults, function* () {
          const entry = entries.get(key);
          return entry === undefined ? null : { body: Uint8Array.from(entry.body), etag: entry.etag };
        });
      },
      async *list(prefix) {
        checkPrefix(prefix);
        let after = "";
        for (;;) {
          const page = await call("list", prefix, listFaults, (fault) =>
            listPage(prefix, after, fault === "stale list"),
          );
          yield* page;
          if (page.length < pageKeys) return;
          after = page.at(-1)!.key;
        }
      },
      async remove(keys) {
        for (const key of keys) checkKey(key);
        return call("remove", keys.join(" "), changingFaults, function* () {
          for (const [index, key] of keys.entries()) {
            if (index > 0) yield turn;
            model.remove(key);
          }
        });
      },
      now: () =>
        call("now", "", readingFaults, function* () {
          return now();
        }),
      localPath(key) {
        checkKey(key);
        return null;
      },
    };
  }

  function* listPage(prefix: string, after: string, isStale: boolean): Work<StoredObject[]> {
    const seen = isStale ? lookBack() : entries;
    return [...seen.keys()]
      .filter((key) => key.startsWith(prefix) && (after === "" || compareBytes(key, after) > 0))
      .sort(compareBytes)
      .slice(0, pageKeys)
      .map((key) => {
        const { body, etag, modifiedMs } = seen.get(key)!;
        return { key, bytes: body.byteLength, etag, modifiedMs };
      });
  }

  function lookBack(): Map<string, Entry> {
    const past = new Map(entries);
    for (const { key, before } of changes.slice(-staleChanges).reverse()) {
      if (before === undefined) past.delete(key);
      else past.set(key, before);
    }
    return past;
  }

  return Object.assign(model, { connect });
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
