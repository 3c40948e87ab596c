import type { PipelineFamily } from "../config/types.ts";
import type { Day, DayRange } from "../days/day.ts";
import type { FamilyName, ShardKind } from "../days/families.ts";
import type { Shard, SourceVersion } from "../days/shards.ts";
import type { Head } from "../lake/types.ts";
import type { LedgerRow } from "../ports.ts";

/** What was read of one day of one family: the planner's whole knowledge. */
export interface DayFacts {
  day: Day;
  /** Shards of allowed kinds that the source's list names for the day. */
  shards: readonly Shard[];
  /** Version of the shard that stands for the day; null where there is none (or it vanished since the list). */
  version: SourceVersion | null;
  head: Head | null;
  /** Set where the day just left retention and is looked at for that alone, outside the window. */
  leaving?: true;
  /** Set by sweeps only: then it is believed instead of the head's `reached`. */
  ledger?: LedgerRow | null;
  /** Set by sweeps only: folder the catalog's partition points at. */
  partition?: string | null;
}

/** The facts of one family, with what its rows become. */
export interface FamilyFacts {
  family: PipelineFamily;
  rulesDigest: string;
  days: readonly DayFacts[];
  /** Days of the whole lake known to have other rules, oldest first; null where nobody has compared them yet. */
  outdated: readonly Day[] | null;
}

/** Life of a day (design, section 3), as a person sees it. */
export type DayState =
  | "not over" // today, nothing exported yet
  | "waiting" // over, no shard, still within patience
  | "missing" // no shard after late_after
  | "intraday"
  | "fresh"
  | "open" // daily, may still change
  | "final"
  | "source gone" // the shard vanished or fell back; the day stays as it is
  | "held"; // by rollback

export type ExtractCause = "new" | "changed" | "replaced" | "outdated" | "again";

export type Action =
  | { action: "wait"; reason: string; needs: "shard" | "accept" }
  | { action: "extract"; reason: string; cause: ExtractCause; shard: Shard; version: SourceVersion }
  | { action: "register"; reason: string }
  | { action: "load"; reason: string }
  | { action: "refresh"; reason: string }
  | { action: "prune"; reason: string }
  | { action: "none"; reason: string };

/** Reason of what an extract makes necessary; it has none of its own. */
export const followsExtract = "follows the extract";

export type ActionName = Action["action"];

/** What is to be done for one day of one family. Never without an action. */
export interface DayPlan {
  family: PipelineFamily;
  day: Day;
  state: DayState;
  kind: ShardKind | null;
  /** Source rows of the shard that stands for the day, where the source tells them. */
  rows: number | null;
  bytes: number;
  /** Rows the head's generation holds; null where the day has no head. */
  loadedRows: number | null;
  /** Whether policy keeps the day in the hot table. */
  hot: boolean;
  actions: Action[];
}

export interface PlanTotals {
  days: number;
  /** Days by their first action. */
  byAction: Record<ActionName, number>;
  /** What extracts would read. */
  rows: number;
  bytes: number;
}

/** The one list that `plan`, `run`, `backfill`, the page and Airflow read. Newest day first, families side by side. */
export interface Plan {
  pipeline: string;
  nowMs: number;
  today: Day;
  range: DayRange | null;
  days: DayPlan[];
  totals: PlanTotals;
  /** Bytes a run may read without being told to go on; see `maxRead`. */
  limitBytes: number;
  /** Whether a run must be told to go on. */
  exceeds: boolean;
  /** Days outside the window whose row rules are others than today's: they wait for `backfill --outdated`. */
  outdated: { family: FamilyName; days: Day[] }[];
}

export interface PlanInput {
  pipeline: string;
  timeZone: string;
  lateAfterMs: number;
  retentionDays: number | null;
  lookbackDays: number;
  maxRead: { ordinaryRuns: number } | { bytes: number };
  nowMs: number;
  range: DayRange | null;
  families: readonly FamilyFacts[];
  /** Whether the environment has a catalog whose partitions follow heads. */
  catalog: boolean;
  /** Whether it has a warehouse whose hot and cold tables follow them. */
  warehouse: boolean;
  /** The store's clock, by which intents in heads are judged; null where no head has any. */
  storeNowMs: number | null;
  /** Whether shrunken shards are accepted (`--accept`). */
  accept: boolean;
  /** Whether unchanged days are extracted too (`--again`): after a change of the hash key, or a loss in the lake. */
  again: boolean;
  /** Everything; only days whose rules are outdated; or only how readers follow heads, whatever the source has. */
  scope: "all" | "outdated" | "readers";
}
