import { addDays, type Day } from "../../src/days/day.ts";
import type { TaskName } from "../../src/tasks/context.ts";
import { day } from "../support/builders.ts";
import type { eventFaults, FaultName } from "./kernel/faults.ts";
import type { Order, PlannedFault, PortName } from "./kernel/kernel.ts";
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
  /** Commands of the first stage, one after another, and of the second, all at once. */
  first: readonly Wish[];
  second: readonly Wish[];
  secondCount: [number, number];
  /** Events at any time, and those between the stages. */
  events: readonly (keyof typeof eventFaults)[];
  eventCount: [number, number];
  between: readonly (keyof typeof eventFaults)[];
  faults: [number, number];
  /** Whose calls go wrong, each as often as it stands here. */
  ports: readonly PortName[];
  catalog: number;
  elsewhere: number;
  retention: number;
  /** Chance that a job reads the other pipeline file. */
  otherRules: number;
  stepsMs: readonly number[];
}

type Wish = Command["do"] | "load" | "refresh" | "prune" | "crawl" | "extract" | "reconcile" | "again";

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

const base: Profile = {
  weight: 1,
  first: ["run"],
  second: ["run", "run", "again", "backfill", "sweep", "load", "refresh", "extract", "reconcile", "query"],
  secondCount: [1, 3],
  events: [...shardEvents, "terminated"],
  eventCount: [1, 4],
  between: [],
  faults: [0, 3],
  ports: ["store", "store", "source", "engine", "runs", "catalog", "warehouse", "warehouse"],
  catalog: 0.4,
  elsewhere: 0.3,
  retention: 0.2,
  otherRules: 0.1,
  stepsMs: [20, 1000, 20_000],
};

const profiles: Record<string, Profile> = {
  races: { ...base, weight: 3, faults: [0, 1] },
  crashes: { ...base, weight: 3, secondCount: [0, 2], faults: [2, 6] },
  slow: {
    ...base,
    weight: 2,
    second: ["run", "run", "backfill", "again", "repair", "query"],
    events: [
      "time leaps",
      "time leaps",
      "clock jumps",
      "store clock jumps",
      "shard grows",
      "shard rewritten",
    ],
    eventCount: [2, 5],
    stepsMs: [1000, 20_000, 60_000],
  },
  rollbacks: {
    ...base,
    weight: 2,
    first: ["run", "run"],
    second: ["rollback", "rollback", "release", "repair", "repair", "run", "query"],
    secondCount: [2, 4],
    events: ["shard rewritten", "shard grows", "time leaps"],
    between: ["shard rewritten", "shard rewritten", "time leaps"],
    faults: [0, 1],
  },
  cold: {
    ...base,
    weight: 2,
    second: ["prune", "prune", "refresh", "run", "again", "sweep", "query"],
    secondCount: [2, 3],
    retention: 1,
    events: ["shard rewritten", "shard grows", "time leaps"],
    between: ["time leaps"],
    stepsMs: [20, 1000],
  },
  catalogs: {
    ...base,
    weight: 2,
    catalog: 1,
    second: ["run", "crawl", "crawl", "again", "query"],
    events: ["shard rewritten", "shard grows", "time leaps"],
    ports: ["catalog", "catalog", "store"],
    faults: [1, 3],
  },
  elsewhere: {
    ...base,
    weight: 2,
    elsewhere: 1,
    otherRules: 0.3,
    faults: [1, 4],
    ports: ["runs", "runs", "store"],
  },
  warehouses: { ...base, weight: 2, faults: [1, 4], ports: ["warehouse"] },
  operators: {
    ...base,
    weight: 1,
    events: [...operatorEvents, "shard rewritten", "time leaps"],
    faults: [0, 1],
  },
};

/** Calls of each port in one job, about: faults are spread over them. */
const callsPerJob: Record<PortName, number> = {
  source: 8,
  store: 90,
  engine: 3,
  runs: 20,
  catalog: 4,
  warehouse: 25,
  clock: 1,
};

/** Steps of one job, about. */
const stepsPerJob = 140;

/** The schedule of a seed: the same on every machine. */
export function buildScenario(seed: number): Scenario {
  const random = createRandom(deriveSeed(seed, "scenario"));
  const [name, profile] = pickProfile(random);
  const count = ([from, to]: [number, number]) => random.between(from, to);
  const jobs = buildJobs(random, profile, count(profile.secondCount));
  const span = jobs.length * stepsPerJob;
  const events = Array.from({ length: count(profile.eventCount) }, () =>
    buildEvent(random, random.pick(profile.events), random.between(0, span)),
  );
  const secondStep = profile.first.length * stepsPerJob;
  // Between the stages: after what the first one does, and before the second one begins.
  events.push(...profile.between.map((event) => buildEvent(random, event, secondStep - 1)));
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
    faults: Array.from({ length: count(profile.faults) }, () => buildFault(random, profile, jobs.length)),
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

/** The first stage's jobs come one after another, the second's at about the same time. */
function buildJobs(random: Random, profile: Profile, secondCount: number): Job[] {
  const secondStep = profile.first.length * stepsPerJob;
  const early = random.chance(0.5) ? 0 : secondStep;
  const wishes = [
    ...profile.first.map((wish, index) => ({ wish, atStep: index * stepsPerJob })),
    ...Array.from({ length: secondCount }, () => ({
      wish: random.pick(profile.second),
      atStep: early + random.between(0, stepsPerJob / 2),
    })),
  ];
  return wishes.map(({ wish, atStep }, index) => {
    const command = buildCommand(random, wish);
    const rules = random.chance(profile.otherRules) ? 1 : 0;
    return {
      id: `${command.do === "task" ? command.task : command.do}-${index + 1}`,
      atStep,
      rules,
      command,
    };
  });
}

function buildCommand(random: Random, wish: Wish): Command {
  const on = random.pick(days);
  switch (wish) {
    case "run":
    case "sweep":
    case "repair":
      return { do: wish };
    case "backfill":
    case "again":
      return { do: "backfill", day: on, again: wish === "again" };
    case "rollback":
    case "release":
      return { do: wish, day: on };
    case "query":
      return { do: wish, table: random.pick(["hot", "cold", "catalog"] as const) };
    case "task":
      return { do: wish, task: "load" };
    case "extract":
    case "crawl":
    case "load":
    case "refresh":
    case "prune":
    case "reconcile":
      return { do: "task", task: wish };
    default:
      return wish satisfies never;
  }
}

function buildEvent(random: Random, event: keyof typeof eventFaults, atStep: number): ScenarioEvent {
  return { atStep, event, day: random.pick(days), roll: random.next() };
}

function buildFault(random: Random, { ports }: Profile, jobs: number): PlannedFault {
  const port = random.pick(ports);
  return { port, atCall: random.between(0, callsPerJob[port] * jobs), roll: random.next() };
}

/** Whether somebody's hand can have taken away what no run can bring back by itself. */
export function isDamage(event: FaultName): boolean {
  return (operatorEvents as readonly FaultName[]).includes(event);
}
