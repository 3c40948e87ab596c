import type { CommitOutcome } from "./commit-outcome.ts";
import { isInHistory } from "./head.ts";
import type { Manifest, StoredHead } from "./types.ts";

/**
 * What a refused or unanswered swap came to, told from the head as it is now. Pure.
 * `try again` where nothing is decided: the head is the one we expected (an unanswered swap may still take effect,
 * so nothing may be deleted), or only readers' marks and forgotten generations moved.
 * @param before the head our swap expected
 * @param seen the head as it was read after the swap
 */
export function judgeSwap(
  before: StoredHead | null,
  seen: StoredHead | null,
  manifest: Manifest,
): CommitOutcome | "try again" {
  if (seen === null) return before === null ? "try again" : { outcome: "lost", winner: null };
  if (isInHistory(seen.head, manifest.generation)) return { outcome: "committed", stored: seen, manifest };
  if (seen.head.hold) return { outcome: "held", head: seen.head };
  if (seen.head.sequence === before?.head.sequence) return "try again";
  return { outcome: "lost", winner: seen.head };
}
