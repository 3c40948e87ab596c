import { z } from "zod";
import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import type { ObjectStore } from "../ports.ts";
import { renderCanonicalJson } from "./canonical-json.ts";
import { listHeads } from "./heads.ts";
import { familyPrefix } from "./keys.ts";
import { parseObject } from "./parse-object.ts";
import { day } from "./schemas.ts";

/**
 * Days of a family whose row rules are others than today's, remembered in one small object so that an ordinary plan
 * can list them without reading the heads of seven years. Derived from the heads: it may be deleted at any time.
 */
export interface OutdatedDays {
  formatVersion: 1;
  /** The rules that the days were compared with. */
  rulesDigest: string;
  /** Oldest first. */
  days: Day[];
}

const form: z.ZodType<OutdatedDays> = z.strictObject({
  formatVersion: z.literal(1),
  rulesDigest: z.string(),
  days: z.array(day),
});

/** @returns null where nobody has compared the days yet. */
export async function readOutdatedDays(
  store: ObjectStore,
  pipeline: string,
  family: FamilyName,
): Promise<OutdatedDays | null> {
  const key = outdatedKey(pipeline, family);
  const found = await store.get(key);
  return found === null ? null : parseObject("list of outdated days", key, found.body, 1, form);
}

/**
 * Compares all heads with the rules and remembers those that differ. Of two runs that write at once one wins; the
 * list is made anew whenever a run finds it stale, so either is right enough.
 */
export async function updateOutdatedDays(
  store: ObjectStore,
  pipeline: string,
  family: FamilyName,
  rulesDigest: string,
): Promise<void> {
  const key = outdatedKey(pipeline, family);
  const before = await store.get(key);
  const heads = await listHeads(store, pipeline, family);
  const days = [...heads].filter(([, { head }]) => head.rulesDigest !== rulesDigest).map(([on]) => on);
  const body = new TextEncoder().encode(renderCanonicalJson({ formatVersion: 1, rulesDigest, days }));
  await store.put(key, body, before === null ? { ifAbsent: true } : { ifMatch: before.etag });
}

function outdatedKey(pipeline: string, family: FamilyName): string {
  return `${familyPrefix(pipeline, family)}_outdated.json`;
}
