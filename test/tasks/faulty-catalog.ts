/** Store and catalog of one process of which the n-th call goes wrong, for enumerating every moment of a protocol. */
import { ShardliftError } from "../../src/errors.ts";
import type { Catalog, ObjectStore, Ports } from "../../src/ports.ts";
import { Died } from "../lake/faulty-store.ts";

export const faults = [
  /** The process dies before the call reaches the outside. */
  "dies before",
  /** The process dies after the outside has done it. */
  "dies after",
  /** The process dies while the request is under way: it is done when the test says so. */
  "dies, and late comes",
  /** Done, and the answer is lost. */
  "loses the answer of",
  /** Not done, and nobody can tell. */
  "never sends",
  /** No answer, and it is done when the test says so. */
  "has no answer, and late comes",
] as const;

export type Fault = (typeof faults)[number];

export interface FaultyPorts {
  ports: Ports;
  /** Calls so far, as `put web-shop/…` or `point 2026-11-20`. */
  calls: string[];
  /** Does what is still under way. */
  landLate(): Promise<void>;
}

/** @param at index of the call that goes wrong; -1: none */
export function createFaultyPorts(inner: Ports, fault: Fault, at: number): FaultyPorts {
  const calls: string[] = [];
  let dead = false;
  let late: (() => Promise<unknown>) | null = null;

  async function call<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (dead) throw new Died();
    if (calls.push(name) - 1 !== at) return work();
    dead = fault.startsWith("dies");
    if (fault === "dies after" || fault === "loses the answer of") await work();
    if (fault.endsWith("late comes")) late = work;
    if (dead) throw new Died();
    throw new ShardliftError("outside", { failed: `no answer to ${name}` }, { retryable: true });
  }

  const catalog: Catalog = {
    ...inner.catalog!,
    prepare: (...input) => call("prepare", () => inner.catalog!.prepare(...input)),
    point: (table, partitions) =>
      call(`point ${partitions.map(({ day }) => day).join(" ")}`, () =>
        inner.catalog!.point(table, partitions),
      ),
    readPartitions: (...input) => call("readPartitions", () => inner.catalog!.readPartitions(...input)),
    readOutgrown: (table) => call("readOutgrown", () => inner.catalog!.readOutgrown(table)),
  };
  const store: ObjectStore = {
    ...inner.store,
    put: (key, body, condition) => call(`put ${key}`, () => inner.store.put(key, body, condition)),
    get: (key) => call(`get ${key}`, () => inner.store.get(key)),
    now: () => call("now", () => inner.store.now()),
  };
  return { ports: { ...inner, store, catalog }, calls, landLate: async () => void (await late?.()) };
}
