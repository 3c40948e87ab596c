import type { Day } from "../days/day.ts";
import type { FoundGeneration } from "./find-generations.ts";
import { isInHistory } from "./head.ts";
import { isSwappedAway } from "./transitions.ts";
import type { Head } from "./types.ts";

/** What the lake itself tells about a family's generations. */
export interface LakeState {
  /** Of all days that `found` speaks of, where they have one. */
  heads: ReadonlyMap<Day, Head>;
  found: readonly FoundGeneration[];
  /** The store's clock. */
  nowMs: number;
  keepMs: number;
}

export type Cause = "swapped away" | "never committed";

/** A generation with why it goes or stays, in words. */
export interface Judged extends FoundGeneration {
  reason: string;
}

export interface DueGeneration extends Judged {
  cause: Cause;
  /** Highest sequence it was current with; null where it is in no history. */
  sequence: number | null;
}

export interface DueGenerations {
  due: DueGeneration[];
  /** Neither current nor due yet. */
  early: Judged[];
  /** Of days without a head: whether it was lost nobody can tell, so nothing with a manifest is touched. */
  headless: Judged[];
}

/**
 * Which generations have outlived `keep`, by the lake alone. Pure. Nothing due: no reader needs to be asked.
 *
 * A day without a head may be one whose first attempt died just before its swap, or one whose head somebody
 * deleted. So a generation with a manifest stays for as long as its day has no head, whatever its age; and once
 * the day has one again, it stays `keep` longer, counted from the oldest entry of that head.
 */
export function findDue(state: LakeState): DueGenerations {
  const result: DueGenerations = { due: [], early: [], headless: [] };
  for (const generation of [...state.found, ...listVanished(state)].sort(byDay)) {
    const head = state.heads.get(generation.day) ?? null;
    if (head?.generation === generation.generation) continue;
    if (head === null && generation.hasManifest) {
      sortHeadless(result, state, generation);
    } else if (head !== null && isInHistory(head, generation.generation)) {
      sortSwappedAway(result, state, head, generation);
    } else {
      sortUncommitted(result, state, head, generation);
    }
  }
  return result;
}

function sortHeadless(
  result: DueGenerations,
  { nowMs, keepMs }: LakeState,
  generation: FoundGeneration,
): void {
  // Attempts end after half of `keep`: until then its writer may be about to make the head.
  if (nowMs - generation.newestMs < keepMs / 2) {
    result.early.push({ ...generation, reason: "may be about to be committed" });
  } else {
    const reason = `${generation.day} has no head; \`shardlift backfill --days ${generation.day}\` makes one`;
    result.headless.push({ ...generation, reason });
  }
}

function sortSwappedAway(
  result: DueGenerations,
  { nowMs, keepMs }: LakeState,
  head: Head,
  generation: FoundGeneration,
): void {
  const entries = head.history.filter((entry) => entry.generation === generation.generation);
  const toMs = Math.max(...entries.map((entry) => entry.toMs ?? nowMs));
  const reason = `swapped away at ${renderInstant(toMs)}`;
  if (isSwappedAway(head, generation.generation, nowMs - keepMs)) {
    const sequence = Math.max(...entries.map((entry) => entry.sequence));
    result.due.push({ ...generation, reason, cause: "swapped away", sequence });
  } else {
    result.early.push({ ...generation, reason: `${reason}, kept until ${renderInstant(toMs + keepMs)}` });
  }
}

function sortUncommitted(
  result: DueGenerations,
  { nowMs, keepMs }: LakeState,
  head: Head | null,
  generation: FoundGeneration,
): void {
  // With a manifest it may have been current under a head that was lost.
  const headMs = generation.hasManifest ? (head?.history[0]?.fromMs ?? 0) : 0;
  const sinceMs = Math.max(generation.newestMs, headMs);
  const reason = `in no history, newest object of ${renderInstant(generation.newestMs)}`;
  if (nowMs - sinceMs >= keepMs) {
    result.due.push({ ...generation, reason, cause: "never committed", sequence: null });
  } else {
    result.early.push({ ...generation, reason: `${reason}, kept until ${renderInstant(sinceMs + keepMs)}` });
  }
}

/** Past generations that a head still lists although nothing of them is there: they only need forgetting. */
function listVanished({ heads, found }: LakeState): FoundGeneration[] {
  const there = new Set(found.map(({ day, generation }) => `${day}/${generation}`));
  const listed = [...heads].flatMap(([day, head]) =>
    [...new Set(head.history.map((entry) => entry.generation))].map((generation) => ({ day, generation })),
  );
  return listed
    .filter(({ day, generation }) => !there.has(`${day}/${generation}`))
    .map(({ day, generation }) => ({
      day,
      generation,
      files: 0,
      bytes: 0,
      hasManifest: false,
      newestMs: 0,
    }));
}

function byDay(a: FoundGeneration, b: FoundGeneration): number {
  const [left, right] = [`${a.day}/${a.generation}`, `${b.day}/${b.generation}`];
  return left < right ? -1 : 1;
}

function renderInstant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
