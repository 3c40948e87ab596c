import { type Day, parseDay } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";

/** Every key and prefix of the lake's layout (design, section 5). Prefixes end in `/`, keys never begin with one. */

/** All that a family keeps in the lake. */
export function familyPrefix(pipeline: string, family: FamilyName): string {
  return `${pipeline}/${family}/`;
}

/** Folders of a day's generations; writers add `generation=<id>/`. */
export function dayPrefix(pipeline: string, family: FamilyName, day: Day): string {
  return `${familyPrefix(pipeline, family)}day=${day}/`;
}

export function generationPrefix(pipeline: string, family: FamilyName, day: Day, generation: string): string {
  return `${dayPrefix(pipeline, family, day)}generation=${generation}/`;
}

/** Rows that were removed as duplicates, where they are kept; below it as below `dayPrefix`. */
export function duplicatesDayPrefix(pipeline: string, family: FamilyName, day: Day): string {
  return `${familyPrefix(pipeline, family)}_duplicates/day=${day}/`;
}

export function duplicatesGenerationPrefix(
  pipeline: string,
  family: FamilyName,
  day: Day,
  generation: string,
): string {
  return `${duplicatesDayPrefix(pipeline, family, day)}generation=${generation}/`;
}

export function manifestsPrefix(pipeline: string, family: FamilyName): string {
  return `${familyPrefix(pipeline, family)}_manifests/`;
}

export function manifestsDayPrefix(pipeline: string, family: FamilyName, day: Day): string {
  return `${manifestsPrefix(pipeline, family)}${day}/`;
}

export function manifestKey(pipeline: string, family: FamilyName, day: Day, generation: string): string {
  return `${manifestsDayPrefix(pipeline, family, day)}${generation}.json`;
}

export function headsPrefix(pipeline: string, family: FamilyName): string {
  return `${familyPrefix(pipeline, family)}_heads/`;
}

export function headKey(pipeline: string, family: FamilyName, day: Day): string {
  return `${headsPrefix(pipeline, family)}${day}.json`;
}

/** Run specs, progress and reports of one run. */
export function runPrefix(runKey: string): string {
  return `_runs/${runKey}/`;
}

/** Glue script and wheels under the hash of their content. */
export function scriptPrefix(sha256: string): string {
  return `_scripts/${sha256}/`;
}

/** Part of a generation that an object belongs to. */
export type GenerationPart = "data" | "duplicates" | "manifest";

export interface GenerationKey {
  day: Day;
  generation: string;
  part: GenerationPart;
}

const generationForms: readonly { part: GenerationPart; form: RegExp }[] = [
  { part: "data", form: /^day=([^/]+)\/generation=([^/]+)\/./ },
  { part: "duplicates", form: /^_duplicates\/day=([^/]+)\/generation=([^/]+)\/./ },
  { part: "manifest", form: /^_manifests\/([^/]+)\/([^/]+)\.json$/ },
];

/** @returns whose the object is, or null where the key belongs to no generation of the family. */
export function parseGenerationKey(pipeline: string, family: FamilyName, key: string): GenerationKey | null {
  const prefix = familyPrefix(pipeline, family);
  if (!key.startsWith(prefix)) return null;
  for (const { part, form } of generationForms) {
    const [, day, generation] = form.exec(key.slice(prefix.length)) ?? [];
    const parsed = day === undefined ? null : parseDay(day);
    if (parsed !== null && generation !== undefined) return { day: parsed, generation, part };
  }
  return null;
}

/** @returns the generation a folder holds, as a catalog names it (any URI in front, a `/` behind or not), or null. */
export function parseGenerationFolder(location: string): string | null {
  return /\/generation=([^/]+)\/?$/.exec(location)?.[1] ?? null;
}

/** @returns the day whose head the key names, or null. */
export function parseHeadKey(pipeline: string, family: FamilyName, key: string): Day | null {
  const prefix = headsPrefix(pipeline, family);
  if (!key.startsWith(prefix) || !key.endsWith(".json")) return null;
  return parseDay(key.slice(prefix.length, -".json".length));
}
