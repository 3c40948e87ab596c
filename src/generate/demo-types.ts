import type { FamilyName } from "../days/families.ts";
import type { ShardWish } from "./shard-spec.ts";

/** One property of the demo. */
export interface DemoProperty {
  /** Name of its pipeline. */
  name: string;
  title: string;
  dataset: string;
  family: FamilyName;
  /** IANA name. */
  timeZone: string;
}

/** A shard that appears, or replaces its former self. */
export interface DemoShard {
  dataset: string;
  wish: ShardWish;
  /** When it was last written, ms since the epoch. */
  modifiedMs: number;
}

/** What happens to one property over both phases. */
export interface DemoPlan {
  shards: DemoShard[];
  /** Tables that Google removes before the second phase. */
  removed: string[];
  /** One sentence per special shard, by phase. */
  notes: [string[], string[]];
}

/** What the source looks like at one instant, as the difference to the phase before. */
export interface DemoPhase {
  nowMs: number;
  /** Written before `nowMs`, and after the phase before. */
  shards: DemoShard[];
  removed: { dataset: string; table: string }[];
  notes: string[];
}

export interface DemoScenario {
  properties: DemoProperty[];
  phases: [DemoPhase, DemoPhase];
}
