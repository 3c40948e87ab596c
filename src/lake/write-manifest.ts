import { ShardliftError } from "../errors.ts";
import type { ObjectStore } from "../ports.ts";
import { createPutPatience, tryPut } from "./conditional-put.ts";
import { manifestKey } from "./keys.ts";
import { isSameGeneration, parseManifest, renderManifest } from "./manifest.ts";
import type { Manifest } from "./types.ts";

/**
 * Writes a manifest where none is. One that could not be read back is never written, and one that is there and tells
 * the same is ours, after an answer that was lost, or another follower's of the same run.
 */
export async function writeManifest(
  store: ObjectStore,
  manifest: Manifest,
  pause: (fault: number) => Promise<void>,
): Promise<void> {
  const key = manifestKey(manifest.pipeline, manifest.family, manifest.day, manifest.generation);
  const body = renderManifest(manifest);
  parseManifest(key, body);
  const persist = createPutPatience(key, pause);
  for (;;) {
    const answer = await tryPut(store, key, body, { ifAbsent: true });
    if (answer.put === true) return;
    const found = await store.get(key);
    if (found !== null && isSameGeneration(parseManifest(key, found.body), manifest)) return;
    if (found !== null) throw buildTakenError(key, manifest.generation);
    await persist(answer);
  }
}

function buildTakenError(key: string, generation: string): ShardliftError {
  return new ShardliftError("data", {
    failed: `Generation ${generation} was written twice; the second was not committed.`,
    rule: "One attempt, one generation: its id is made anew for each attempt.",
    received: `another manifest under ${key}`,
    remedy: "Run the day again.",
  });
}
