import type { FaultName } from "./kernel/faults.ts";
import { runSchedule } from "./run-schedule.ts";
import { days, type Job, type Scenario, startMs } from "./scenario.ts";

/** A schedule that is told on the page on reliability. */
export interface Story {
  name: string;
  scenario: Scenario;
  /** Steps that are told; what comes after them proves that all is equal again. */
  untilStep: number;
  /** Lines that matter to the story. */
  tells: RegExp;
}

const [day] = days;

const plain: Omit<Scenario, "jobs"> = {
  seed: 1,
  startMs,
  profile: "story",
  stepMs: 1000,
  catalog: false,
  elsewhere: false,
  retentionDays: null,
  events: [],
  faults: [],
  switches: [],
  focus: null,
};

function buildBackfill(number: number, stage: number): Job {
  const command = { do: "backfill", day: day!, again: false } as const;
  return { id: `run-${number}`, stage, atStep: 0, rules: 0, command };
}

const crash: FaultName = "crash after";

export const stories: readonly Story[] = [
  {
    name: "a lost race",
    scenario: {
      ...plain,
      jobs: [buildBackfill(1, 0), buildBackfill(2, 0)],
      // Before it writes its manifest, and with it before its swap.
      switches: [{ call: "store.put", atCall: 1 }],
    },
    untilStep: 110,
    tells: /run-1|refused|run-2 |run-2: (engine|store\.put|warehouse\.COMMIT)/,
  },
  {
    name: "a crash",
    scenario: {
      ...plain,
      jobs: [buildBackfill(1, 0), buildBackfill(2, 1)],
      faults: [{ call: "store.put", atCall: 2, roll: 0 }],
      focus: [crash],
    },
    untilStep: 80,
    tells: /run-\d|fault/,
  },
];

/** What happened, line by line; calls that took several steps stand there once. */
export async function renderStory({ scenario, untilStep, tells }: Story): Promise<string> {
  const lines: string[] = [];
  const { violation } = await runSchedule(scenario, (line) => lines.push(line));
  if (violation !== null) throw new Error(violation);
  const told = lines
    .filter((line) => Number(line.slice(0, 5)) <= untilStep && tells.test(line))
    .map((line) => line.slice(7).replace("web-shop/ga4_events/", "").trimEnd());
  const without = (line: string) => line.slice(19);
  const once = told.filter((line, index) => index === 0 || without(line) !== without(told[index - 1]!));
  return ["```text", ...once.map((line) => line.replace(/^\S+T/, "")), "```"].join("\n");
}
