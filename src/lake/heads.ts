import pMap from "p-map";
import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import type { ObjectStore } from "../ports.ts";
import { parseHead } from "./head.ts";
import { headKey, headsPrefix, parseHeadKey } from "./keys.ts";
import { buildBrokenError } from "./parse-object.ts";
import type { StoredHead } from "./types.ts";

/** Heads read at once. */
const atOnce = 20;

/** @returns null where the day has no head. Rejects as `parseHead`, and where the head is another day's. */
export async function readHead(
  store: ObjectStore,
  pipeline: string,
  family: FamilyName,
  day: Day,
): Promise<StoredHead | null> {
  const key = headKey(pipeline, family, day);
  const found = await store.get(key);
  if (found === null) return null;
  const head = parseHead(key, found.body);
  if (head.day !== day) throw buildBrokenError("head", key, `the head of ${head.day}`);
  return { head, etag: found.etag };
}

/** Heads of the days that have one, in the order asked for. */
export async function readHeads(
  store: ObjectStore,
  pipeline: string,
  family: FamilyName,
  days: readonly Day[],
): Promise<Map<Day, StoredHead>> {
  const heads = await pMap(days, (day) => readHead(store, pipeline, family, day), { concurrency: atOnce });
  const found = days.map((day, index) => [day, heads[index] ?? null] as const);
  return new Map(found.filter((pair): pair is readonly [Day, StoredHead] => pair[1] !== null));
}

/** Days that have a head, oldest first; one listing. What else lies there is left alone. */
export async function listHeadDays(store: ObjectStore, pipeline: string, family: FamilyName): Promise<Day[]> {
  const days: Day[] = [];
  for await (const { key } of store.list(headsPrefix(pipeline, family))) {
    const day = parseHeadKey(pipeline, family, key);
    if (day !== null) days.push(day);
  }
  return days;
}

/** All heads of a family, oldest day first: for sweeps. */
export async function listHeads(
  store: ObjectStore,
  pipeline: string,
  family: FamilyName,
): Promise<Map<Day, StoredHead>> {
  return readHeads(store, pipeline, family, await listHeadDays(store, pipeline, family));
}
