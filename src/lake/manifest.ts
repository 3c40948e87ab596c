import { z } from "zod";
import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import type { GenerationReport, ObjectStore } from "../ports.ts";
import { renderCanonicalJson } from "./canonical-json.ts";
import { manifestKey } from "./keys.ts";
import { buildBrokenError, parseObject } from "./parse-object.ts";
import { column, count, day, familyName, generationId, instantMs, sourceVersion } from "./schemas.ts";
import type { Manifest } from "./types.ts";

/** Version 1 knows no runs; manifests without one are still written as such. */
export const manifestFormatVersion = 2;

const lakeFile = z.strictObject({ key: z.string().min(1), bytes: count, rows: count });

const runCost = z.strictObject({
  id: z.string().min(1),
  days: count,
  dpuSeconds: z.number().nonnegative().nullable(),
  usd: z.number().nonnegative().nullable(),
});

const members = {
  pipeline: z.string().min(1),
  family: familyName,
  day,
  generation: generationId,
  source: sourceVersion,
  rulesDigest: z.string().min(1),
  formula: z.int().positive(),
  engine: z.strictObject({ name: z.string(), version: z.string() }),
  files: z.array(lakeFile),
  duplicatesFiles: z.array(lakeFile),
  balance: z.strictObject({
    source: count,
    written: count,
    duplicates: z.strictObject({ exact: count, conflicting: count }),
    filtered: count,
  }),
  checksum: z.string().regex(/^\d+$/),
  nonNull: z.record(z.string(), count),
  columns: z.array(column),
  createdAtMs: instantMs,
};

const manifest: z.ZodType<Manifest> = z.discriminatedUnion("formatVersion", [
  z.strictObject({ formatVersion: z.literal(1), ...members }),
  z.strictObject({ formatVersion: z.literal(2), ...members, run: runCost }),
]);

/** What a manifest says beyond the writer's report. */
export type ManifestFacts = Omit<Manifest, "formatVersion" | keyof GenerationReport>;

export function buildManifest(facts: ManifestFacts, report: GenerationReport): Manifest {
  const { startedAtMs: _, ...told } = report;
  return { formatVersion: told.run === undefined ? 1 : 2, ...facts, ...told };
}

export function renderManifest(value: Manifest): Uint8Array {
  return new TextEncoder().encode(renderCanonicalJson(value));
}

/** Whether both tell the same of a generation; what its run has cost may come to be told otherwise later. */
export function isSameGeneration({ run: _, ...a }: Manifest, { run: __, ...b }: Manifest): boolean {
  return renderCanonicalJson(a) === renderCanonicalJson(b);
}

/** Throws as `parseObject`. @param key where it was read, for messages */
export function parseManifest(key: string, body: Uint8Array): Manifest {
  return parseObject("manifest", key, body, manifestFormatVersion, manifest);
}

/** @returns null where there is none. Rejects with code `data` where it speaks of another generation. */
export async function readManifest(
  store: ObjectStore,
  pipeline: string,
  family: FamilyName,
  day: Day,
  generation: string,
): Promise<Manifest | null> {
  const key = manifestKey(pipeline, family, day, generation);
  const found = await store.get(key);
  if (found === null) return null;
  const parsed = parseManifest(key, found.body);
  const own = manifestKey(parsed.pipeline, parsed.family, parsed.day, parsed.generation);
  if (own !== key) throw buildBrokenError("manifest", key, `a manifest that belongs under ${own}`);
  return parsed;
}
