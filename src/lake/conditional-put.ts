import { isShardliftError, ShardliftError } from "../errors.ts";
import type { ObjectStore, PutCondition, PutResult } from "../ports.ts";

/** How often a put without an answer is asked again, and how often a refused swap. */
const maxFaults = 4;
const maxRefusals = 50;

/** What is known after one put: done, refused for certain, or nothing at all (`fault`). */
export type PutAnswer = PutResult | { put: "unknown"; fault: unknown };

export async function tryPut(
  store: ObjectStore,
  key: string,
  body: Uint8Array,
  condition: PutCondition,
): Promise<PutAnswer> {
  try {
    return await store.put(key, body, condition);
  } catch (fault) {
    return { put: "unknown", fault };
  }
}

/**
 * Bounds a loop around `tryPut`. Called with each answer that was no success, after looking whether the put took
 * effect all the same; throws where asking again is pointless, and waits where it is not.
 */
export function createPutPatience(
  key: string,
  pause: (fault: number) => Promise<void>,
): (answer: PutAnswer) => Promise<void> {
  let faults = 0;
  let refusals = 0;
  return async (answer) => {
    if (answer.put === "unknown") {
      faults += 1;
      if (!isRetryable(answer.fault) || faults >= maxFaults) throw answer.fault;
      await pause(faults);
    } else {
      refusals += 1;
      if (refusals >= maxRefusals) throw buildBusyError(key);
    }
  };
}

function isRetryable(fault: unknown): boolean {
  return isShardliftError(fault) && fault.retryable;
}

function buildBusyError(key: string): ShardliftError {
  return new ShardliftError(
    "outside",
    {
      failed: `${key} could not be changed: others changed it first, ${maxRefusals} times.`,
      rule: "The lake's objects are changed by compare-and-swap only.",
      remedy: "Run it again; if it stays, look for many runs of the same pipeline at once.",
    },
    { retryable: true },
  );
}
