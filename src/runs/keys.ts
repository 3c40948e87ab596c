import { createHash } from "node:crypto";
import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import { renderCanonicalJson } from "../lake/canonical-json.ts";
import { runPrefix } from "../lake/keys.ts";
import type { SpecDay } from "./types.ts";

/**
 * Names all that decides what a run writes for a day: pipeline, family, day, source version, files, rules and the
 * recipe's text, script, lake prefix, and whether it is but a sample. Equal keys: whichever run wrote it, the rows are the same. No deadline is in it.
 * @param scriptDigest hash of the script and its wheels
 */
export function buildDayKey(day: SpecDay, scriptDigest: string): string {
  return hash({ specFormat: 1, scriptDigest, day });
}

/** @returns the same key for the same days, in whatever order */
export function buildRunKey(dayKeys: readonly string[]): string {
  return hash([...dayKeys].sort());
}

/** Run keys come back from the job service, where people can type: only a clean one becomes part of a lake key. */
export function isRunKey(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

export function specKey(runKey: string): string {
  return `${runPrefix(runKey)}spec.json`;
}

export function progressKey(runKey: string, runId: string): string {
  return `${runPrefix(runKey)}${runId}/progress.json`;
}

/** What a run that only tries a day tells of it, under another name: nobody takes it for the day's report. */
export function sampleReportKey(runKey: string, runId: string, family: FamilyName, day: Day): string {
  return `${runPrefix(runKey)}${runId}/sample-${family}-${day}.json`;
}

export function dayReportKey(runKey: string, runId: string, family: FamilyName, day: Day): string {
  return `${runPrefix(runKey)}${runId}/${family}-${day}.json`;
}

function hash(value: unknown): string {
  return createHash("sha256").update(renderCanonicalJson(value)).digest("hex");
}
