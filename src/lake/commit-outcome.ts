import type { Day } from "../days/day.ts";
import type { SourceVersion } from "../days/shards.ts";
import { ShardliftError } from "../errors.ts";
import { currentEntry } from "./head.ts";
import type { Head, Manifest, StoredHead } from "./types.ts";

/** How a commit ended. */
export type CommitOutcome =
  /** Ours is, or was for a while, the current generation; `stored` is the head as last seen. */
  | { outcome: "committed"; stored: StoredHead; manifest: Manifest }
  /** The shard changed while it was read (null: it vanished); start over. */
  | { outcome: "source-moved"; found: SourceVersion | null }
  /** Another run committed first (null: its head was deleted since); plan the day anew. */
  | { outcome: "lost"; winner: Head | null }
  /** The day is held since a rollback; see `buildHeldError`. */
  | { outcome: "held"; head: Head };

/** The message of who lost a race, naming who won. */
export function buildLostRaceError(day: Day, winner: Head | null): ShardliftError {
  const won =
    winner === null
      ? "its head was removed meanwhile"
      : `generation ${winner.generation}, committed at ${new Date(currentEntry(winner).fromMs).toISOString()}`;
  return new ShardliftError(
    "lost-race",
    {
      failed: `Another run committed ${day} first.`,
      rule: "Of several runs of one day one wins; the others leave nothing behind and plan the day anew.",
      received: won,
      remedy: "Nothing needs to be done: the next run compares the day with its source again.",
    },
    { retryable: true },
  );
}

export function buildLateError(day: Day, generation: string, tookMs: number, keepMs: number): ShardliftError {
  return new ShardliftError("refused", {
    failed: `The attempt at ${day} took too long; generation ${generation} was not committed.`,
    rule: "Attempts end after half of `keep`; repair deletes what is uncommitted after all of it.",
    received: `${renderHours(tookMs)} of at most ${renderHours(keepMs / 2)}`,
    remedy: "Raise `keep` in the environment, or give the engine more memory and threads.",
  });
}

function renderHours(ms: number): string {
  return `${(ms / 3_600_000).toFixed(1)} hours`;
}
