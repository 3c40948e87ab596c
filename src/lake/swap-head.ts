import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import type { ObjectStore } from "../ports.ts";
import { createPutPatience, tryPut } from "./conditional-put.ts";
import { renderHead } from "./head.ts";
import { readHead } from "./heads.ts";
import { headKey } from "./keys.ts";
import type { Head, StoredHead } from "./types.ts";

/**
 * Changes a day's head by compare-and-swap, as often as others come first or answers are lost: it is read anew
 * each time and `change` decides again.
 * @param change gives the very head back where nothing is (or no longer) to be changed; what it throws is thrown
 * @param pause waits before asking again after the n-th fault
 * @returns the head as it is then, the one to read on with; null where the day has none
 */
export async function swapHead(
  store: ObjectStore,
  pipeline: string,
  family: FamilyName,
  day: Day,
  change: (head: Head) => Head,
  pause: (fault: number) => Promise<void>,
): Promise<StoredHead | null> {
  const key = headKey(pipeline, family, day);
  const persist = createPutPatience(key, pause);
  for (;;) {
    const before = await readHead(store, pipeline, family, day);
    if (before === null) return null;
    const head = change(before.head);
    if (head === before.head) return before;
    const answer = await tryPut(store, key, renderHead(head), { ifMatch: before.etag });
    if (answer.put === true) return { head, etag: answer.etag };
    await persist(answer);
  }
}
