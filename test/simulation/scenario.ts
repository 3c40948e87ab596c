import { addDays, type Day } from "../../src/days/day.ts";
import type { TaskName } from "../../src/tasks/context.ts";
import { day } from "../support/builders.ts";
import type { eventFaults } from "./kernel/faults.ts";
import { createRandom, deriveSeed, type Random } from "./kernel/random.ts";
import type { Order, PlannedFault, PortName, Switch } from "./kernel/types.ts";

/** What a process of a schedule is asked to do; `rules` tells which of two pipeline files it reads. */
export type Command =
  | { do: "run" | "sweep" | "repair" }
  | { do: "backfill"; day: Day; again: boolean }
  | { do: "task"; task: TaskName }
  | { do: "rollback" | "hold" | "release"; day: Day }
  /** Analysts: they only read, and check what they see. */
  | { do: "query"; table: "hot" | "cold" | "catalog" };

export interface Job {
  id: string;
  /** Begins when all of the stages before it has come to rest. */
  stage: number;
  /** Steps after its stage began. */
  atStep: number;
  rules: 0 | 1;
  command: Command;
}

/** Something that happens of itself. `roll` in [0, 1) chooses what the name leaves open. */
export interface ScenarioEvent {
  stage: number;
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
  /** Commands of the first stage, one after another, and of the second, at about the same time. */
  first: readonly Wish[];
  second: readonly Wish[];
  secondCount: [number, number];
  /** Events at any time. */
  events: readonly EventName[];
  eventCount: [number, number];
  /** Events after each command of the first stage. */
  after: readonly (readonly EventName[])[];
  faults: [number, number];
  /** Whose calls go wrong. */
  calls: readonly CallName[];
  catalog: number;
  elsewhere: number;
  retention: number;
  /** Chance that a job reads the other pipeline file. */
  otherRules: number;
  stepsMs: readonly number[];
  /** The day that a schedule is about; null: any. */
  main: Day | null;
  /** How often whoever acts goes behind all others. */
  switches: [number, number];
}

type Wish =
  | Exclude<Command["do"], "task">
  | "load"
  | "refresh"
  | "prune"
  | "crawl"
  | "extract"
  | "reconcile"
  | "again";
type EventName = keyof typeof eventFaults;
type CallName = keyof typeof callsPerJob;

/** Calls of one job, about, by name: faults are spread over them. */
const callsPerJob = {
  "source.readVersion": 6,
  "source.openShard": 3,
  "store.put": 18,
  "store.get": 50,
  "store.list": 14,
  "store.remove": 4,
  "store.now": 8,
  "engine.extract": 3,
  "runs.start": 2,
  "runs.list": 4,
  "runs.read": 10,
  "catalog.prepare": 2,
  "catalog.point": 2,
  "catalog.crawl": 1,
  "warehouse.prepare": 2,
  "warehouse.BEGIN": 3,
  "warehouse.readLedger": 4,
  "warehouse.copy": 3,
  "warehouse.lock": 3,
  "warehouse.deleteHot": 3,
  "warehouse.writeLedger": 2,
  "warehouse.measureHot": 1,
  "warehouse.measureCold": 1,
  "warehouse.COMMIT": 4,
  "warehouse.registerCold": 3,
  "warehouse.unregisterCold": 1,
} as const;

const allCalls = Object.keys(callsPerJob) as CallName[];
const callsOf = (...ports: PortName[]) =>
  allCalls.filter((name) => ports.some((port) => name.startsWith(`${port}.`)));

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
  after: [],
  faults: [0, 3],
  calls: allCalls,
  catalog: 0.4,
  elsewhere: 0.3,
  retention: 0.2,
  otherRules: 0.1,
  stepsMs: [20, 1000, 20_000],
  switches: [0, 12],
  main: null,
};

const profiles: Record<string, Profile> = {
  races: { ...base, weight: 3, faults: [0, 1], switches: [0, 40] },
  crashes: { ...base, weight: 3, secondCount: [0, 2], faults: [2, 6] },
  slow: {
    ...base,
    weight: 3,
    after: [["shard rewritten"]],
    second: ["run", "run", "again", "again", "repair", "repair", "query"],
    secondCount: [2, 3],
    events: [
      "time leaps",
      "time leaps",
      "clock jumps",
      "store clock jumps",
      "shard grows",
      "shard rewritten",
    ],
    eventCount: [2, 5],
    faults: [0, 1],
    stepsMs: [1000, 20_000, 60_000],
  },
  rollbacks: {
    ...base,
    weight: 3,
    first: ["run", "run"],
    after: [["shard rewritten"], ["time leaps", "shard rewritten"]],
    second: ["rollback", "rollback", "hold", "release", "repair", "run", "run", "query"],
    secondCount: [2, 4],
    events: ["shard rewritten", "shard grows"],
    eventCount: [0, 1],
    faults: [0, 1],
  },
  cold: {
    ...base,
    weight: 3,
    after: [["time leaps", "shard rewritten"]],
    second: ["prune", "prune", "prune", "refresh", "run", "run", "again", "again", "query"],
    secondCount: [2, 3],
    retention: 1,
    events: ["shard rewritten", "shard grows"],
    eventCount: [0, 1],
    faults: [0, 1],
    stepsMs: [20, 1000],
    switches: [1, 8],
    // The one that leaves retention meanwhile.
    main: days[2]!,
  },
  catalogs: {
    ...base,
    weight: 2,
    catalog: 1,
    after: [["shard rewritten"]],
    second: ["run", "run", "crawl", "again", "query"],
    secondCount: [2, 3],
    events: ["shard rewritten", "shard grows", "time leaps"],
    eventCount: [0, 2],
    calls: ["catalog.point", "catalog.point", "store.put", "catalog.prepare", "catalog.crawl"],
    faults: [1, 3],
    stepsMs: [1000, 20_000],
  },
  elsewhere: {
    ...base,
    weight: 2,
    elsewhere: 1,
    otherRules: 0.3,
    faults: [1, 4],
    calls: [...callsOf("runs"), "store.put"],
  },
  warehouses: { ...base, weight: 3, faults: [1, 4], calls: callsOf("warehouse") },
  operators: {
    ...base,
    weight: 1,
    events: [...operatorEvents, "shard rewritten", "time leaps"],
    faults: [0, 1],
  },
};

/** Steps of one job, about. */
const stepsPerJob = 150;

/** Chance that what happens to a day happens to the one that the schedule is about. */
const mainDay = 0.7;

/** The schedule of a seed: the same on every machine. */
export function buildScenario(seed: number): Scenario {
  const random = createRandom(deriveSeed(seed, "scenario"));
  const [name, profile] = pickProfile(random);
  const main = profile.main ?? random.pick(days);
  const pickDay = () => (random.chance(mainDay) ? main : random.pick(days));
  const count = ([from, to]: [number, number]) => random.between(from, to);
  const jobs = buildJobs(random, profile, count(profile.secondCount), pickDay);
  const last = jobs.at(-1)!.stage;
  const span = (last + 1) * stepsPerJob + (jobs.length - last - 1) * (stepsPerJob / 2);
  const firstStage = profile.after.length === 0 ? 0 : last;
  const anyTime = Array.from({ length: count(profile.eventCount) }, () => ({
    stage: random.between(firstStage, last),
    atStep: random.between(0, stepsPerJob),
    event: random.pick(profile.events),
    day: pickDay(),
    roll: random.next(),
  }));
  const between = profile.after.flatMap((events, index) =>
    // Long enough for what was current before to be old: see `pickLeap`.
    events.map((event) => ({ stage: index + 1, atStep: 0, event, day: pickDay(), roll: 0.9 })),
  );
  return {
    seed,
    startMs,
    profile: name,
    stepMs: random.pick(profile.stepsMs),
    catalog: random.chance(profile.catalog),
    elsewhere: random.chance(profile.elsewhere),
    retentionDays: random.chance(profile.retention) ? 2 : null,
    jobs,
    events: [...anyTime, ...between].sort((a, b) => a.stage - b.stage || a.atStep - b.atStep),
    faults: Array.from({ length: count(profile.faults) }, () => buildFault(random, profile, jobs.length)),
    switches: Array.from({ length: count(profile.switches) }, () => buildSwitch(random, span, jobs.length)),
    focus: null,
  };
}

function pickProfile(random: Random): [string, Profile] {
  const all = Object.entries(profiles).flatMap((entry) =>
    Array.from({ length: entry[1].weight }, () => entry),
  );
  return random.pick(all);
}

function buildJobs(random: Random, profile: Profile, secondCount: number, pickDay: () => Day): Job[] {
  // Where nothing has to happen first, half of the schedules begin with all at once.
  const isAtOnce = profile.after.length === 0 && random.chance(0.5);
  const wishes = [
    ...profile.first.map((wish, stage) => ({ wish, stage, atStep: 0 })),
    ...Array.from({ length: secondCount }, () => ({
      wish: random.pick(profile.second),
      stage: isAtOnce ? 0 : profile.first.length,
      atStep: random.between(0, stepsPerJob / 3),
    })),
  ];
  return wishes.map(({ wish, stage, atStep }, index) => ({
    id: `${wish}-${index + 1}`,
    stage,
    atStep,
    rules: random.chance(profile.otherRules) ? 1 : 0,
    command: buildCommand(random, wish, pickDay()),
  }));
}

function buildCommand(random: Random, wish: Wish, day: Day): Command {
  switch (wish) {
    case "run":
    case "sweep":
    case "repair":
      return { do: wish };
    case "backfill":
    case "again":
      return { do: "backfill", day, again: wish === "again" };
    case "rollback":
    case "hold":
    case "release":
      return { do: wish, day };
    case "query":
      return { do: wish, table: random.pick(["hot", "cold", "catalog"] as const) };
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

/** Deeds that follow a look: whoever is held up before one may act on what is not so any more. */
const deeds = [
  "store.put",
  "store.put",
  "store.remove",
  "catalog.point",
  "warehouse.copy",
  "warehouse.lock",
  "warehouse.lock",
  "warehouse.writeLedger",
  "warehouse.COMMIT",
] as const satisfies CallName[];

function buildSwitch(random: Random, span: number, jobs: number): Switch {
  if (random.chance(0.4)) return random.between(0, span);
  const call = random.pick(deeds);
  return { call, atCall: random.between(0, callsPerJob[call] * jobs) };
}

function buildFault(random: Random, { calls }: Profile, jobs: number): PlannedFault {
  const call = random.pick(calls);
  return { call, atCall: random.between(0, callsPerJob[call] * jobs), roll: random.next() };
}
