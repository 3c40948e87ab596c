import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import type { ObjectStore } from "../ports.ts";
import {
  dayPrefix,
  duplicatesDayPrefix,
  familyPrefix,
  manifestsDayPrefix,
  parseGenerationKey,
} from "./keys.ts";

/** What lies in the lake of one generation, committed or not. */
export interface FoundGeneration {
  day: Day;
  generation: string;
  /** Data and removed rows; the manifest is not counted. */
  files: number;
  bytes: number;
  hasManifest: boolean;
  /** Time of its newest object, ms by the store's clock. */
  newestMs: number;
}

/**
 * Lists the generations of some days (three listings each) or of all (one). What belongs to none is left out.
 */
export async function findGenerations(
  store: ObjectStore,
  pipeline: string,
  family: FamilyName,
  days: readonly Day[] | "all",
): Promise<FoundGeneration[]> {
  const found = new Map<string, FoundGeneration>();
  for (const prefix of listPrefixes(pipeline, family, days)) {
    for await (const { key, bytes, modifiedMs } of store.list(prefix)) {
      const owner = parseGenerationKey(pipeline, family, key);
      if (owner === null) continue;
      const id = `${owner.day}/${owner.generation}`;
      const known = found.get(id) ?? buildEmpty(owner.day, owner.generation);
      found.set(id, addObject(known, owner.part === "manifest" ? null : bytes, modifiedMs));
    }
  }
  return [...found.values()];
}

function listPrefixes(pipeline: string, family: FamilyName, days: readonly Day[] | "all"): string[] {
  if (days === "all") return [familyPrefix(pipeline, family)];
  const prefixes = [dayPrefix, duplicatesDayPrefix, manifestsDayPrefix];
  return days.flatMap((day) => prefixes.map((prefix) => prefix(pipeline, family, day)));
}

function buildEmpty(day: Day, generation: string): FoundGeneration {
  return { day, generation, files: 0, bytes: 0, hasManifest: false, newestMs: 0 };
}

/** @param bytes null for the manifest */
function addObject(to: FoundGeneration, bytes: number | null, modifiedMs: number): FoundGeneration {
  const newestMs = Math.max(to.newestMs, modifiedMs);
  if (bytes === null) return { ...to, hasManifest: true, newestMs };
  return { ...to, files: to.files + 1, bytes: to.bytes + bytes, newestMs };
}
