import { hasOutlivedIntent } from "../days/request-life.ts";
import { ShardliftError } from "../errors.ts";
import { headFormatVersion, isInHistory } from "./head.ts";
import type { Head, HistoryEntry, Manifest, PointingIntent, Reached, Reader } from "./types.ts";

/**
 * The only ways a head changes, as pure functions. One that has nothing to change returns the very head it was
 * given, so that callers need not write it. Times are ms by the store's clock.
 */

/**
 * A new generation becomes current.
 * @param previous null for the day's first
 * @param toBeLoaded whether policy keeps the day in the hot table
 */
export function commitToHead(
  previous: Head | null,
  manifest: Manifest,
  nowMs: number,
  toBeLoaded: boolean,
): Head {
  if (previous?.hold) throw buildHeldError(previous);
  return {
    ...swapGeneration(previous, manifest, nowMs),
    reached: previous?.reached ?? { catalog: null, hot: null, cold: null },
    pointing: previous?.pointing ?? [],
    mayBeHot: toBeLoaded || (previous?.mayBeHot ?? false),
    fence: previous?.fence ?? 0,
    hold: null,
  };
}

/** A reader confirmed how far it has come. Never moves it backwards: readers may report late. */
export function markReached(head: Head, reader: Reader, reached: Reached): Head {
  const known = head.reached[reader];
  if (known !== null && known.sequence >= reached.sequence) return head;
  return { ...head, reached: { ...head.reached, [reader]: reached } };
}

/** The day is not in the hot table any more, for certain: prune looked under the lock. */
export function clearHot(head: Head): Head {
  if (head.reached.hot === null && !head.mayBeHot) return head;
  return { ...head, reached: { ...head.reached, hot: null }, mayBeHot: false };
}

/**
 * A run is about to point the catalog, or goes on with it under a newer time. Of intents that outlived themselves one
 * is kept: it is enough to say that somebody was cut short, and a day that always fails does not pile them up.
 */
export function declareIntent(head: Head, intent: PointingIntent): Head {
  if (head.pointing.some(({ id, sinceMs }) => id === intent.id && sinceMs === intent.sinceMs)) return head;
  const others = head.pointing.filter(({ id }) => id !== intent.id);
  const isOver = ({ sinceMs }: PointingIntent) => hasOutlivedIntent(sinceMs, intent.sinceMs);
  const over = others.filter(isOver).slice(0, 1);
  return { ...head, pointing: [...over, ...others.filter((other) => !isOver(other)), intent] };
}

/** Whether the catalog is confirmed to point at the current generation, and nobody was cut short over it. */
export function isCatalogSettled({ generation, sequence, reached, pointing }: Head, nowMs: number): boolean {
  const { catalog } = reached;
  if (catalog?.generation !== generation || catalog.sequence < sequence) return false;
  return !pointing.some(({ sinceMs }) => hasOutlivedIntent(sinceMs, nowMs));
}

/**
 * The catalog was pointed at the current generation after `since`. All that had outlived itself by then came before,
 * and goes; what outlived itself only meanwhile may have pointed later, and stays.
 * @param finished id of the intent that nothing is under way of; null where a request of it was not answered
 */
export function endIntents(head: Head, finished: string | null, sinceMs: number): Head {
  const pointing = head.pointing.filter(
    (intent) => intent.id !== finished && !hasOutlivedIntent(intent.sinceMs, sinceMs),
  );
  return pointing.length === head.pointing.length ? head : { ...head, pointing };
}

/**
 * Makes a kept generation current again and holds the day there. Throws `refused` where it is not kept.
 * @param manifest of the generation to go back to
 */
export function rollBackHead(head: Head, manifest: Manifest, reason: string, nowMs: number): Head {
  const { generation } = manifest;
  if (!isInHistory(head, generation)) throw buildNotKeptError(head, generation);
  if (head.generation !== generation) {
    const swapped = swapGeneration(head, manifest, nowMs);
    const { reached, pointing, mayBeHot, fence } = head;
    return { ...swapped, reached, pointing, mayBeHot, fence, hold: { sinceMs: nowMs, reason } };
  }
  return head.hold === null ? { ...head, hold: { sinceMs: nowMs, reason } } : head;
}

/** Ends a hold: the next plan compares the day with its source again. */
export function releaseHead(head: Head): Head {
  return head.hold === null ? head : { ...head, hold: null };
}

/**
 * Takes generations out of `history` that were all swapped away until `untilMs`: from then on nobody can roll back
 * to them and they may be deleted. Whatever is current or came back meanwhile stays.
 */
export function forgetGenerations(head: Head, generations: readonly string[], untilMs: number): Head {
  const gone = generations.filter((generation) => isSwappedAway(head, generation, untilMs));
  const history = head.history.filter((entry) => !gone.includes(entry.generation));
  return history.length === head.history.length ? head : { ...head, history };
}

/** Makes every swap fail that was decided before: see `Head.fence`. */
export function raiseFence(head: Head): Head {
  return { ...head, fence: head.fence + 1 };
}

/** Whether no entry of the generation lasts beyond `untilMs`; false where it is in no history. */
export function isSwappedAway(head: Head, generation: string, untilMs: number): boolean {
  const entries = head.history.filter((entry) => entry.generation === generation);
  return entries.length > 0 && entries.every((entry) => entry.toMs !== null && entry.toMs <= untilMs);
}

/** All of a head that follows from the generation that is to be current. */
function swapGeneration(
  previous: Head | null,
  manifest: Manifest,
  nowMs: number,
): Omit<Head, "reached" | "pointing" | "mayBeHot" | "fence" | "hold"> {
  const sequence = Math.max((previous?.sequence ?? 0) + 1, nowMs);
  // The store's clock may have been set back: a history never runs backwards.
  const fromMs = Math.max(nowMs, previous?.history.at(-1)?.fromMs ?? nowMs);
  const past: HistoryEntry[] = (previous?.history ?? []).map((entry) =>
    entry.toMs === null ? { ...entry, toMs: fromMs } : entry,
  );
  return {
    formatVersion: headFormatVersion,
    day: manifest.day,
    generation: manifest.generation,
    sequence,
    source: manifest.source,
    rulesDigest: manifest.rulesDigest,
    rows: { source: manifest.balance.source, written: manifest.balance.written },
    history: [...past, { generation: manifest.generation, sequence, fromMs, toMs: null }],
  };
}

/** The refusal to swap a held head. */
export function buildHeldError(head: Head): ShardliftError {
  const since = head.hold === null ? "" : ` since ${new Date(head.hold.sinceMs).toISOString()}`;
  return new ShardliftError("refused", {
    failed: `${head.day} is held at generation ${head.generation}${since}.`,
    rule: "After a rollback a day stays as it is until it is released.",
    received: `hold: ${head.hold?.reason ?? "none"}`,
    remedy: `\`shardlift rollback --days ${head.day} --release\` lets it follow its source again.`,
  });
}

function buildNotKeptError(head: Head, generation: string): ShardliftError {
  const kept = [...new Set(head.history.map((entry) => entry.generation))].join(", ");
  return new ShardliftError("refused", {
    failed: `${head.day} cannot go back to generation ${generation}: it is not kept.`,
    rule: "A rollback goes to a generation in the head's history; others are or will be deleted.",
    received: `kept: ${kept}`,
    remedy: "Choose one of the kept generations, or extract the day again with `shardlift backfill --days`.",
  });
}
