import type { Day } from "../days/day.ts";
import { hasOutlivedIntent, requestLifeMs } from "../days/request-life.ts";
import type { LedgerRow } from "../ports.ts";
import { type DueGeneration, findDue, type Judged, type LakeState } from "./find-due.ts";
import { parseGenerationFolder } from "./keys.ts";
import type { Head } from "./types.ts";

/** What the readers themselves say they show: read from the warehouse and the catalog, never from heads. */
export interface ReadersState {
  /** null: there is no warehouse. */
  ledger: readonly LedgerRow[] | null;
  /** Location per day; null: there is no catalog. */
  partitions: ReadonlyMap<Day, string> | null;
}

export interface RepairPlan {
  /** To go, oldest day first. */
  items: DueGeneration[];
  /** Not to go, each with its reason. */
  kept: Judged[];
  /** What a person should look at. */
  warnings: string[];
  /** Entries of histories that ended after this instant (ms) are not touched, whatever happened since planning. */
  untilMs: number;
}

/**
 * Decides what of a family's lake goes (design, section 5, rule 8). Pure; showing it is the dry run.
 * Never anything that a head, the catalog, hot or cold names, or that one of these has yet to come past.
 */
export function planRepair(lake: LakeState, readers: ReadersState): RepairPlan {
  const { due, early, headless } = findDue(lake);
  const judged = due.map((item) => ({ item, holder: findHolder(lake, readers, item) }));
  const held = judged.flatMap(({ item, holder }) => (holder === null ? [] : [withReason(item, holder)]));
  return {
    items: judged.filter(({ holder }) => holder === null).map(({ item }) => item),
    kept: [...held, ...early, ...headless],
    warnings: [...findDamage(lake), ...listHeadless(headless)],
    untilMs: lake.nowMs - lake.keepMs,
  };
}

function withReason({ cause: _, sequence: __, ...generation }: DueGeneration, holder: string): Judged {
  return { ...generation, reason: `${generation.reason}, but ${holder}` };
}

/** @returns who still needs it, in words; null where nobody does. */
function findHolder(
  { heads, nowMs }: LakeState,
  { ledger, partitions }: ReadersState,
  due: DueGeneration,
): string | null {
  const row = ledger?.find(({ day }) => day === due.day) ?? null;
  if (row?.hotGeneration === due.generation) return "the hot table still has it";
  if (row?.coldGeneration === due.generation) return "the cold table still shows it";
  const location = partitions?.get(due.day) ?? null;
  const partition = location === null ? null : parseGenerationFolder(location);
  if (partition === due.generation) return "the catalog still points at it";
  if (partitions !== null && isBeingPointed(heads.get(due.day), due, nowMs)) {
    return "a run may be pointing the catalog at it";
  }
  if (due.sequence === null) return null;
  // A day that is not hot has nothing to come past; cold and catalog have every day sooner or later, and until
  // then a slow reader may still be on its way to this generation.
  if (row !== null && row.hotSequence !== null && row.hotSequence <= due.sequence)
    return "the hot table has not come past it";
  if (ledger !== null && (row?.coldSequence ?? 0) <= due.sequence)
    return "the cold table has not come past it";
  const reached = partition === null ? 0 : readSequence(heads.get(due.day), partition);
  return partitions !== null && reached <= due.sequence ? "the catalog has not come past it" : null;
}

/**
 * Whether a run that has not outlived its intent may have read the head while it named the generation. Its history
 * tells when that ended, up to one request's life early: the swap that ended it may have landed late.
 */
function isBeingPointed(head: Head | undefined, { generation }: DueGeneration, nowMs: number): boolean {
  const sinceMs = (head?.pointing ?? []).map((intent) => intent.sinceMs);
  const oldestMs = Math.min(...sinceMs.filter((ms) => !hasOutlivedIntent(ms, nowMs)));
  const entries = head?.history.filter((entry) => entry.generation === generation) ?? [];
  return entries.some(({ toMs }) => toMs === null || toMs + requestLifeMs >= oldestMs);
}

function readSequence(head: Head | undefined, generation: string): number {
  const entries = head?.history.filter((entry) => entry.generation === generation) ?? [];
  return Math.max(0, ...entries.map((entry) => entry.sequence));
}

/** Heads whose current generation lacks its manifest or all its files: no repair brings those back. */
function findDamage({ heads, found }: LakeState): string[] {
  const whole = found.filter(({ files, hasManifest }) => hasManifest && files > 0);
  const there = new Set(whole.map(({ day, generation }) => `${day}/${generation}`));
  return [...heads.values()]
    .filter(({ day, generation }) => !there.has(`${day}/${generation}`))
    .map(
      ({ day, generation }) =>
        `${day}: the current generation ${generation} lacks its manifest or its files; \`shardlift backfill --days ${day}\` makes the day anew`,
    );
}

function listHeadless(headless: readonly Judged[]): string[] {
  const days = new Set(headless.map(({ day }) => day));
  return [...days].map((day) => {
    const ids = headless.filter((generation) => generation.day === day).map(({ generation }) => generation);
    return `${day}: no head, but manifests of ${ids.join(", ")}; nothing of it is deleted until \`shardlift backfill --days ${day}\` has made a head`;
  });
}
