import { addDays, type Day } from "../../src/days/day.ts";
import type { TaskName } from "../../src/tasks/context.ts";
import { day } from "../support/builders.ts";
import type { eventFaults, FaultName } from "./kernel/faults.ts";
import type { Order } from "./kernel/kernel.ts";
import { createRandom, deriveSeed, type Random } from "./kernel/random.ts";

/** What a process of a schedule is asked to do; `rules` tells which of two pipeline files it reads. */
export type Command =
  | { do: "run" | "sweep" | "repair" }
  | { do: "backfill"; day: Day; again: boolean }
  | { do: "task"; task: TaskName }
  | { do: "rollback" | "release"; day: Day }
  /** Analysts: they only read, and check what they see. */
  | { do: "query"; table: "hot" | "cold" | "catalog" };

export interface Job {
  id: string;
  atStep: number;
  rules: 0 | 1;
  command: Command;
}

/** Something that happens of itself. `roll` in [0, 1) chooses what the name leaves open. */
export interface ScenarioEvent {
  atStep: number;
  event: keyof typeof eventFaults;
  day: Day;
  roll: number;
}

/** All that happens in one schedule, as data: taking a part away leaves the others as they are. */
export interface Scenario extends Order {
  profile: string;
  catalog: boolean;
  elsewhere: boolean;
  retentionDays: number | null;
  jobs: Job[];
  events: ScenarioEvent[];
}

/** Days that have a shard when a schedule begins, and the instant at which it does. */
export const firstDay = day("2026-11-17");
export const days: readonly Day[] = [0, 1, 2].map((offset) => addDays(firstDay, offset));
export const startMs = Date.parse("2026-11-20T06:00:00Z");

/** How a schedule is put together; each profile looks for holes in another corner. */
interface Profile {
  weight: number;
  jobs: [number, number];
  commands: readonly Command["do"][];
  events: readonly (keyof typeof eventFaults)[];
  eventCount: [number, number];
  faults: [number, number];
  catalog: number;
  elsewhere: number;
  retention: number;
  /** Chance that a job reads the other pipeline file. */
  otherRules: number;
  stepsMs: readonly number[];
}

const shardEvents = [
  "shard appears",
  "shard grows",
  "shard rewritten",
  "shard shrinks",
  "shard vanishes",
  "daily replaces intraday",
  "falls back to intraday",
] as const;
const operatorEvents = [
  "operator deletes a file",
  "operator deletes a head",
  "operator deletes a manifest",
  "operator deletes a ledger row",
] as const;
const clockEvents = ["time leaps", "clock jumps", "store clock jumps"] as const;

const base: Profile = {
  weight: 1,
  jobs: [2, 4],
  commands: ["run", "run", "backfill", "sweep", "task", "query"],
  events: [...shardEvents, "terminated"],
  eventCount: [1, 4],
  faults: [0, 3],
  catalog: 0.4,
  elsewhere: 0.3,
  retention: 0.2,
  otherRules: 0.1,
  stepsMs: [20, 1000, 20_000],
};

const profiles: Record<string, Profile> = {
  races: { ...base, weight: 3, faults: [0, 1] },
  crashes: { ...base, weight: 3, jobs: [1, 3], faults: [2, 6] },
  slow: {
    ...base,
    weight: 2,
    commands: ["run", "run", "backfill", "repair", "query"],
    events: [...clockEvents, "time leaps", "shard grows", "shard rewritten"],
    eventCount: [2, 5],
    stepsMs: [1000, 20_000, 60_000],
  },
  rollbacks: {
    ...base,
    weight: 2,
    jobs: [3, 5],
    commands: ["run", "run", "rollback", "rollback", "release", "repair", "query"],
    events: ["shard rewritten", "shard grows", "time leaps"],
    eventCount: [2, 4],
  },
  cold: {
    ...base,
    weight: 2,
    commands: ["run", "task", "task", "backfill", "sweep", "query"],
    retention: 1,
    events: [...shardEvents, "time leaps"],
  },
  catalogs: { ...base, weight: 1, catalog: 1, commands: ["run", "run", "task", "backfill", "query"] },
  elsewhere: { ...base, weight: 2, elsewhere: 1, otherRules: 0.3, faults: [1, 4], jobs: [2, 4] },
  operators: {
    ...base,
    weight: 1,
    events: [...operatorEvents, "shard rewritten", "time leaps"],
    faults: [0, 1],
  },
};

/** Tasks that are also run by themselves. */
const tasks = ["extract", "crawl", "load", "refresh", "prune", "reconcile"] as const satisfies TaskName[];

/** The schedule of a seed: the same on every machine. */
export function buildScenario(seed: number): Scenario {
  const random = createRandom(deriveSeed(seed, "scenario"));
  const [name, profile] = pickProfile(random);
  const between = ([from, to]: [number, number]) => random.between(from, to);
  const jobCount = between(profile.jobs);
  const span = jobCount * 140;
  const jobs = Array.from({ length: jobCount }, (_, index) => buildJob(random, profile, index));
  const events = Array.from({ length: between(profile.eventCount) }, () => buildEvent(random, profile, span));
  return {
    seed,
    startMs,
    profile: name,
    stepMs: random.pick(profile.stepsMs),
    catalog: random.chance(profile.catalog),
    elsewhere: random.chance(profile.elsewhere),
    retentionDays: random.chance(profile.retention) ? 2 : null,
    jobs,
    events: events.sort((a, b) => a.atStep - b.atStep),
    faults: Array.from({ length: between(profile.faults) }, () => ({
      atCall: random.between(0, span),
      roll: random.next(),
    })),
    switches: Array.from({ length: random.between(0, 12) }, () => random.between(0, span)),
    focus: null,
  };
}

function pickProfile(random: Random): [string, Profile] {
  const all = Object.entries(profiles).flatMap((entry) =>
    Array.from({ length: entry[1].weight }, () => entry),
  );
  return random.pick(all);
}

function buildJob(random: Random, profile: Profile, index: number): Job {
  const rules = random.chance(profile.otherRules) ? 1 : 0;
  const command = index === 0 ? ({ do: "run" } as const) : buildCommand(random, profile);
  const atStep = index === 0 ? 0 : random.between(0, 140 * index);
  return { id: `${command.do}-${index + 1}`, atStep, rules, command };
}

function buildCommand(random: Random, profile: Profile): Command {
  const wanted = random.pick(profile.commands);
  const on = random.pick(days);
  switch (wanted) {
    case "run":
    case "sweep":
    case "repair":
      return { do: wanted };
    case "backfill":
      return { do: wanted, day: on, again: random.chance(0.5) };
    case "task":
      return { do: wanted, task: random.pick(tasks) };
    case "rollback":
    case "release":
      return { do: wanted, day: on };
    case "query":
      return { do: wanted, table: random.pick(["hot", "cold", "catalog"] as const) };
    default:
      return wanted satisfies never;
  }
}

function buildEvent(random: Random, profile: Profile, span: number): ScenarioEvent {
  const event = random.pick(profile.events);
  return { atStep: random.between(0, span), event, day: random.pick(days), roll: random.next() };
}

/** Whether somebody's hand can have taken away what no run can bring back by itself. */
export function isDamage(event: FaultName): boolean {
  return (operatorEvents as readonly FaultName[]).includes(event);
}
