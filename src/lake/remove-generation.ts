import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import type { ObjectStore } from "../ports.ts";
import { duplicatesGenerationPrefix, generationPrefix, manifestKey } from "./keys.ts";

/** Keys removed in one call. */
const batchSize = 1000;

/**
 * Deletes all objects of a generation, the manifest last: whatever is cut short still says what it belonged to.
 * Only for a generation that is in no history.
 */
export async function removeGeneration(
  store: ObjectStore,
  pipeline: string,
  family: FamilyName,
  day: Day,
  generation: string,
): Promise<void> {
  await removeBelow(store, generationPrefix(pipeline, family, day, generation));
  await removeBelow(store, duplicatesGenerationPrefix(pipeline, family, day, generation));
  await store.remove([manifestKey(pipeline, family, day, generation)]);
}

/** The folder is listed, not remembered: a writer that was believed dead may have added to it. */
async function removeBelow(store: ObjectStore, prefix: string): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  for (let from = 0; from < keys.length; from += batchSize) {
    await store.remove(keys.slice(from, from + batchSize));
  }
}
