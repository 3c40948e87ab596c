import { z } from "zod";
import { renderCanonicalJson } from "../lake/canonical-json.ts";
import { buildBrokenError, parseObject } from "../lake/parse-object.ts";
import { column, count, day, familyName, sourceVersion } from "../lake/schemas.ts";
import type { DayExtract } from "../ports.ts";
import type { Recipe } from "../sql/recipe.ts";
import { buildDayKey, buildRunKey } from "./keys.ts";
import type { RunSpec, SpecDay } from "./types.ts";

export const specFormatVersion = 1;

const recipe = z.strictObject({
  formatVersion: z.literal(1),
  formula: z.int().positive(),
  duckdbVersion: z.string(),
  rulesDigest: z.string().min(1),
  needsHashKey: z.boolean(),
  columns: z.array(column),
  statements: z.record(z.string(), z.array(z.string())),
}) as unknown as z.ZodType<Recipe>;

const shardPart = z.strictObject({
  path: z.string().min(1),
  format: z.enum(["parquet", "jsonl", "jsonl.gz"]),
  bytes: count,
  etag: z.string().min(1).exactOptional(),
});

const specDay: z.ZodType<SpecDay> = z.strictObject({
  pipeline: z.string().min(1),
  family: familyName,
  day,
  shard: z.strictObject({ version: sourceVersion, schema: z.array(column), parts: z.array(shardPart) }),
  recipe,
  prefix: z.string().min(1),
  duplicatesPrefix: z.string().min(1).nullable(),
  sampleRows: z.int().positive().exactOptional(),
});

const runSpec: z.ZodType<RunSpec> = z.strictObject({
  formatVersion: z.literal(specFormatVersion),
  runKey: z.string(),
  scriptDigest: z.string().min(1),
  days: z.array(z.strictObject({ key: z.string(), extract: specDay })).min(1),
});

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** @param days of one pipeline, each family's day once; in whatever order */
export function buildRunSpec(days: readonly SpecDay[], scriptDigest: string): RunSpec {
  const keyed = days.map((extract) => ({ key: buildDayKey(extract, scriptDigest), extract }));
  // Sorted, so that the same days are the same bytes in whatever order they were asked for; newest day first.
  keyed.sort((a, b) => compareTexts(b.extract.day, a.extract.day) || compareTexts(a.key, b.key));
  const runKey = buildRunKey(keyed.map(({ key }) => key));
  return { formatVersion: specFormatVersion, runKey, scriptDigest, days: keyed };
}

/** What of a day stands in a spec: all but the deadline. */
export function buildSpecDay({ deadlineMs: _, ...day }: DayExtract): SpecDay {
  return day;
}

export function renderRunSpec(spec: RunSpec): Uint8Array {
  return new TextEncoder().encode(renderCanonicalJson(spec));
}

/**
 * Throws as `parseObject`; `data` also where its keys are not those of its own content.
 * @param key where it was read, for messages
 */
export function parseRunSpec(key: string, body: Uint8Array): RunSpec {
  const spec = parseObject("run spec", key, body, specFormatVersion, runSpec);
  const own = buildRunSpec(
    spec.days.map(({ extract }) => extract),
    spec.scriptDigest,
  );
  const isWhole =
    spec.runKey === own.runKey && spec.days.every((one, index) => one.key === own.days[index]?.key);
  if (!isWhole) throw buildBrokenError("run spec", key, "keys that do not belong to its days");
  return spec;
}
