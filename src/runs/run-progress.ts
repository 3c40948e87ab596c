import { z } from "zod";
import { isShardliftError } from "../errors.ts";
import { renderCanonicalJson } from "../lake/canonical-json.ts";
import { parseObject } from "../lake/parse-object.ts";
import { count } from "../lake/schemas.ts";
import type { ObjectStore } from "../ports.ts";
import { progressKey } from "./keys.ts";

export const progressFormatVersion = 1;

/** How far a run has come, overwritten by it now and then; nothing is decided by it. */
export interface RunProgress {
  formatVersion: 1;
  /** By day key: totals of the day so far. */
  days: { key: string; rows: number; bytes: number }[];
}

const runProgress: z.ZodType<RunProgress> = z.strictObject({
  formatVersion: z.literal(progressFormatVersion),
  days: z.array(z.strictObject({ key: z.string(), rows: count, bytes: count })),
});

export function renderRunProgress(progress: RunProgress): Uint8Array {
  return new TextEncoder().encode(renderCanonicalJson(progress));
}

/** @returns nothing where it is not there or cannot be read: no day fails for it. */
export async function readProgress(
  store: ObjectStore,
  runKey: string,
  runId: string,
): Promise<RunProgress["days"]> {
  const key = progressKey(runKey, runId);
  try {
    const found = await store.get(key);
    if (found === null) return [];
    return parseObject("run progress", key, found.body, progressFormatVersion, runProgress).days;
  } catch (error) {
    if (isShardliftError(error)) return [];
    throw error;
  }
}
