import { z } from "zod";
import { renderCanonicalJson } from "./canonical-json.ts";
import { parseObject } from "./parse-object.ts";
import { count, day, generationId, instantMs, sourceVersion } from "./schemas.ts";
import type { Head, HistoryEntry } from "./types.ts";

export const headFormatVersion = 1;

const historyEntry = z.strictObject({
  generation: generationId,
  sequence: count,
  fromMs: instantMs,
  toMs: instantMs.nullable(),
});

const reached = z.strictObject({ generation: generationId, sequence: count, atMs: instantMs }).nullable();

const head: z.ZodType<Head> = z
  .strictObject({
    formatVersion: z.literal(headFormatVersion),
    day,
    generation: generationId,
    sequence: count,
    source: sourceVersion,
    rulesDigest: z.string().min(1),
    rows: z.strictObject({ source: count, written: count }),
    history: z.array(historyEntry).min(1),
    reached: z.strictObject({ catalog: reached, hot: reached, cold: reached }),
    pointing: z.array(z.strictObject({ id: z.string().min(1), sinceMs: instantMs })),
    mayBeHot: z.boolean(),
    fence: count,
    hold: z.strictObject({ sinceMs: instantMs, reason: z.string() }).nullable(),
  })
  .refine(isHistoryConsistent, "history: its last entry, and no other, is the current generation");

function isHistoryConsistent({ history, generation, sequence }: Head): boolean {
  const last = history.at(-1);
  const open = history.filter((entry) => entry.toMs === null);
  return (
    open.length === 1 && open[0] === last && last?.generation === generation && last.sequence === sequence
  );
}

/** Throws as `parseObject`. @param key where it was read, for messages */
export function parseHead(key: string, body: Uint8Array): Head {
  return parseObject("head", key, body, headFormatVersion, head);
}

export function renderHead(value: Head): Uint8Array {
  return new TextEncoder().encode(renderCanonicalJson(value));
}

/** Whether the generation is or was current and is still kept: it may be read, rolled back to, and not be deleted. */
export function isInHistory(value: Head, generation: string): boolean {
  return value.history.some((entry) => entry.generation === generation);
}

/** The entry of the current generation. */
export function currentEntry(value: Head): HistoryEntry {
  return value.history.at(-1)!;
}
