/** A store whose n-th call goes wrong, for enumerating every moment of a protocol. */
import { ShardliftError } from "../../src/errors.ts";
import type { ObjectStore } from "../../src/ports.ts";

export const faults = [
  /** The process dies before the call reaches the store. */
  "dies before",
  /** The process dies after the store has done it. */
  "dies after",
  /** The store has done it, the answer is lost. */
  "loses the answer of",
  /** The store has not done it, and says so in a way that leaves it open. */
  "never sends",
] as const;

export type Fault = (typeof faults)[number];

export interface FaultyStore {
  store: ObjectStore;
  /** Calls so far, as `put web-shop/…`. */
  calls: string[];
}

export class Died extends Error {}

/** @param at index of the call that goes wrong; -1: none */
export function createFaultyStore(inner: ObjectStore, fault: Fault, at: number): FaultyStore {
  const calls: string[] = [];
  let dead = false;

  async function call<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (dead) throw new Died();
    const hit = calls.push(name) - 1 === at;
    if (!hit) return work();
    dead = fault.startsWith("dies");
    const done = fault === "dies after" || fault === "loses the answer of";
    if (done) await work();
    throw dead ? new Died() : buildFault(name);
  }

  const store: ObjectStore = {
    location: inner.location,
    put: (key, body, condition) => call(`put ${key}`, () => inner.put(key, body, condition)),
    putFile: (key, path) => call(`putFile ${key}`, () => inner.putFile(key, path)),
    get: (key) => call(`get ${key}`, () => inner.get(key)),
    async *list(prefix) {
      await call(`list ${prefix}`, async () => {});
      yield* inner.list(prefix);
    },
    remove: (keys) => call(`remove ${keys.join(" ")}`, () => inner.remove(keys)),
    now: () => call("now", () => inner.now()),
    localPath: (key) => inner.localPath(key),
  };
  return { store, calls };
}

function buildFault(name: string): ShardliftError {
  return new ShardliftError("outside", { failed: `no answer to ${name}` }, { retryable: true });
}
