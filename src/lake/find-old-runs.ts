import type { ObjectStore } from "../ports.ts";

/** What a run elsewhere left under `_runs/<run key>/`: its spec, progress and reports. */
export interface OldRun {
  runKey: string;
  keys: string[];
  bytes: number;
  /** Of its newest object, ms by the store's clock. */
  newestMs: number;
}

/**
 * Runs that nobody needs any more: nothing of them is younger than `keep`. A run ends after half of that, and whoever
 * starts one of the same key writes its spec anew, so none that is alive, or about to be, is among them.
 */
export async function findOldRuns(store: ObjectStore, keepMs: number): Promise<OldRun[]> {
  const runs = new Map<string, OldRun>();
  for await (const { key, bytes, modifiedMs } of store.list("_runs/")) {
    const [, runKey] = /^_runs\/([0-9a-f]{64})\/./.exec(key) ?? [];
    if (runKey === undefined) continue;
    const known = runs.get(runKey) ?? { runKey, keys: [], bytes: 0, newestMs: 0 };
    runs.set(runKey, {
      runKey,
      keys: [...known.keys, key],
      bytes: known.bytes + bytes,
      newestMs: Math.max(known.newestMs, modifiedMs),
    });
  }
  if (runs.size === 0) return [];
  const untilMs = (await store.now()) - keepMs;
  return [...runs.values()].filter(({ newestMs }) => newestMs <= untilMs);
}
