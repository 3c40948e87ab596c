import { ShardliftError } from "../errors.ts";
import { createPutPatience, tryPut } from "../lake/conditional-put.ts";
import type { ObjectStore } from "../ports.ts";
import { specKey } from "./keys.ts";
import { renderRunSpec } from "./run-spec.ts";
import type { RunSpec } from "./types.ts";

/**
 * Writes a spec. The same key has the same content, so one that is there already (an earlier run of the key, or a
 * lost answer) must be equal to the byte; it is written over by itself, since repair takes what is old. Rejects with
 * `data` where it is not equal.
 * @returns its lake key
 */
export async function writeSpec(
  store: ObjectStore,
  spec: RunSpec,
  pause: (fault: number) => Promise<void>,
): Promise<string> {
  const key = specKey(spec.runKey);
  const body = renderRunSpec(spec);
  const persist = createPutPatience(key, pause);
  for (let found: Awaited<ReturnType<ObjectStore["get"]>> = null; ; found = await store.get(key)) {
    if (found !== null && Buffer.compare(found.body, body) !== 0) throw buildConflictError(key);
    const answer = await tryPut(
      store,
      key,
      body,
      found === null ? { ifAbsent: true } : { ifMatch: found.etag },
    );
    if (answer.put === true) return key;
    // The first refusal only tells that one is there.
    if (found !== null || answer.put !== false) await persist(answer);
  }
}

function buildConflictError(key: string): ShardliftError {
  return new ShardliftError("data", {
    failed: `Another content stands under ${key}; no run was started.`,
    rule: "A run's key is the hash of what it does: the same key has the same spec.",
    received: "a spec that differs from ours",
    remedy: `Find out who writes into \`_runs/\`, remove ${key} and run again: only Shardlift may write there.`,
  });
}
