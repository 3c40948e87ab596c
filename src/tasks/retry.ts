import pRetry, { AbortError } from "p-retry";
import { isShardliftError } from "../errors.ts";
import type { Catalog, Clock, ObjectStore, Source, Warehouse } from "../ports.ts";

/** How faults are asked again; lateness is no fault and never comes here. */
export interface RetryPolicy {
  /** Calls in all. */
  attempts: number;
  /** Longest wait between two calls, ms. */
  maxWaitMs: number;
}

/** First wait after a fault, ms; doubled each time. */
const firstWaitMs = 500;

/**
 * Calls again while the fault is retryable. The waits pass on our own clock: p-retry's own timers are set to
 * nothing and the sleep is awaited in between.
 */
export async function retry<T>(
  work: () => Promise<T>,
  { policy, clock, signal }: { policy: RetryPolicy; clock: Clock; signal?: AbortSignal },
): Promise<T> {
  const attempt = async () => {
    try {
      return await work();
    } catch (error) {
      if (isFault(error)) throw error;
      throw new AbortError(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return pRetry(attempt, {
    retries: policy.attempts - 1,
    minTimeout: 0,
    maxTimeout: 0,
    randomize: false,
    ...(signal ? { signal } : {}),
    onFailedAttempt: async ({ attemptNumber, retriesLeft }) => {
      if (retriesLeft > 0) await clock.sleep(waitMs(attemptNumber, policy), signal);
    },
  });
}

/** Lateness, lost races and warehouses that others hold are no faults: whoever waits for them has done so already. */
export function isFault(error: unknown): boolean {
  return isShardliftError(error) && error.retryable && error.code === "outside";
}

function waitMs(attemptNumber: number, { maxWaitMs }: RetryPolicy): number {
  return Math.min(maxWaitMs, firstWaitMs * 2 ** (attemptNumber - 1));
}

/** The same waits for protocols that decide themselves whether to ask again: a pause after the n-th fault. */
export function pauseAfter(input: { policy: RetryPolicy; clock: Clock; signal: AbortSignal }) {
  return (fault: number): Promise<void> => input.clock.sleep(waitMs(fault, input.policy), input.signal);
}

/** Asks again while a fault may pass. */
export type Retrying = <T>(work: () => Promise<T>) => Promise<T>;

/** A source whose every call is asked again on faults: all of them only read. */
export function withSourceRetries(source: Source, again: Retrying): Source {
  return {
    location: source.location,
    listTables: (dataset) => again(() => source.listTables(dataset)),
    readVersion: (...input) => again(() => source.readVersion(...input)),
    openShard: (...input) => again(() => source.openShard(...input)),
  };
}

/**
 * A store whose reads and removals are asked again. Puts are not: after an unanswered put the commit protocol
 * must look, not repeat.
 */
export function withStoreRetries(store: ObjectStore, again: Retrying): ObjectStore {
  return {
    ...store,
    get: (key) => again(() => store.get(key)),
    remove: (keys) => again(() => store.remove(keys)),
    now: () => again(() => store.now()),
  };
}

/** A warehouse whose counts and ledger reads are asked again. Transactions settle their own outcomes. */
export function withWarehouseRetries(warehouse: Warehouse, again: Retrying): Warehouse {
  return {
    ...warehouse,
    readLedger: (...input) => again(() => warehouse.readLedger(...input)),
    measureHot: (...input) => again(() => warehouse.measureHot(...input)),
    measureCold: (...input) => again(() => warehouse.measureCold(...input)),
  };
}

/**
 * A catalog whose reading is asked again. Its changes are not: pointing settles its own outcomes, and whoever prepares,
 * catches up or crawls asks again for itself.
 */
export function withCatalogRetries(catalog: Catalog, again: Retrying): Catalog {
  return { ...catalog, readPartitions: (...input) => again(() => catalog.readPartitions(...input)) };
}
