import { ShardliftError } from "../errors.ts";
import { formatPlural } from "../plan/format.ts";
import type { Clock, ObjectStore, Ports } from "../ports.ts";

/** Everything the commit protocol relies on: create only, compare-and-swap, listing, removal, a clock. */
export async function tryLake({ store, randomHex }: Pick<Ports, "store" | "randomHex">): Promise<string> {
  const key = `_doctor/${randomHex(16)}.json`;
  try {
    await tryWrites(store, key);
  } catch (error) {
    // Who may not write may not remove either; the first of the two says more.
    await store.remove([key]).catch(() => {});
    throw error;
  }
  await store.remove([key]);
  if ((await store.get(key)) !== null) throw buildLakeError(store, "a removed object is still there");
  await store.now();
  return `${store.location}: create-only, compare-and-swap, list and remove work`;
}

/** Requests are signed with the time: AWS and Google take some minutes of difference, and then nothing any more. */
const maxSkewMs = 120_000;

export async function tryClock(store: ObjectStore, clock: Clock): Promise<string> {
  const before = clock.now();
  const theirs = await store.now();
  const skewMs = theirs < before ? before - theirs : Math.max(0, theirs - clock.now());
  const seconds = Math.round(skewMs / 1_000);
  if (skewMs <= maxSkewMs)
    return `this machine's clock and the lake's differ by ${formatPlural(seconds, "second")}`;
  throw new ShardliftError("config", {
    failed: "This machine's clock is wrong.",
    rule: "it and the lake's differ by two minutes at most: requests are signed with it, and days are late by it",
    received: `${new Date(before).toISOString()} here, ${new Date(theirs).toISOString()} at ${store.location}`,
    remedy: "set this machine's clock (timedatectl set-ntp true; in a container: the host's)",
  });
}

async function tryWrites(store: ObjectStore, key: string): Promise<void> {
  const body = (text: string) => new TextEncoder().encode(text);
  const created = await store.put(key, body("1"), { ifAbsent: true });
  if (!created.put) throw buildLakeError(store, "a new object could not be created");
  const again = await store.put(key, body("2"), { ifAbsent: true });
  if (again.put) throw buildLakeError(store, "create-only wrote over an object");
  const swapped = await store.put(key, body("3"), { ifMatch: created.etag });
  if (!swapped.put) throw buildLakeError(store, "a swap with the right etag was refused");
  const stale = await store.put(key, body("4"), { ifMatch: created.etag });
  if (stale.put) throw buildLakeError(store, "a swap with an old etag was taken");
  if ((await listKeys(store, "_doctor/")).indexOf(key) < 0)
    throw buildLakeError(store, "the listing lacks a new object");
}

export async function listKeys(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

function buildLakeError(store: ObjectStore, failed: string): ShardliftError {
  return new ShardliftError("outside", {
    failed: `The lake does not do what committing a day relies on: ${failed}.`,
    rule: "conditional writes decide which of several runs wins a day",
    received: store.location,
    remedy: "use a local folder (not a network share), or a store with If-None-Match and If-Match",
  });
}
