import { ShardliftError } from "../errors.ts";
import { tryPut } from "../lake/conditional-put.ts";
import type { ObjectStore } from "../ports.ts";
import { isEqual } from "./compare.ts";
import type { DeployRun, Put } from "./types.ts";

/**
 * Puts one object, whatever becomes of the answer: where it is there afterwards, it was put.
 * @returns its etag
 * @throws ShardliftError `lost-race` where somebody else changed it meanwhile
 */
export function putObject(
  store: ObjectStore,
  put: Put,
  { again }: Pick<DeployRun, "again">,
): Promise<string> {
  return again(async () => {
    const condition = put.etag === null ? ({ ifAbsent: true } as const) : { ifMatch: put.etag };
    const answer = await tryPut(store, put.key, put.body, condition);
    if (answer.put === true) return answer.etag;
    const there = await store.get(put.key);
    if (there !== null && isEqual(there.body, put.body)) return there.etag;
    throw answer.put === "unknown" ? answer.fault : buildRacedError(store, put.key);
  });
}

function buildRacedError(store: ObjectStore, key: string): ShardliftError {
  return new ShardliftError("lost-race", {
    failed: `Somebody else changed ${key} while it was deployed.`,
    rule: "an object is put instead of the one that the plan was made from, and no other",
    received: `another object in ${store.location}`,
    remedy: "see whether another deploy is on, then run it again",
  });
}
