import type { Switch } from "./kernel/types.ts";
import { runSchedule } from "./run-schedule.ts";
import type { Scenario } from "./scenario.ts";

/** What can be taken away from a schedule one by one. */
const lists = ["jobs", "events", "faults", "switches"] as const;

/**
 * Takes away whatever a failing schedule does not need to fail: jobs, events, faults and switches, one after another,
 * until nothing more can go.
 */
export async function minimize(scenario: Scenario, fails: Fails = isViolated): Promise<Scenario> {
  let smallest = scenario;
  for (let before = -1; before !== countParts(smallest); ) {
    before = countParts(smallest);
    for (const list of lists) smallest = await thin(smallest, list, fails);
  }
  return smallest;
}

type Fails = (scenario: Scenario) => Promise<boolean>;

async function isViolated(scenario: Scenario): Promise<boolean> {
  return (await runSchedule(scenario)).violation !== null;
}

async function thin(scenario: Scenario, list: (typeof lists)[number], fails: Fails): Promise<Scenario> {
  let smallest = scenario;
  for (let index = scenario[list].length - 1; index >= 0; index -= 1) {
    const without = { ...smallest, [list]: smallest[list].filter((_, at) => at !== index) };
    if (await fails(without)) smallest = without;
  }
  return smallest;
}

function countParts(scenario: Scenario): number {
  return lists.reduce((sum, list) => sum + scenario[list].length, 0);
}

/** A schedule in a few lines, for people. */
export function renderScenario(scenario: Scenario): string {
  const { jobs, events, faults, switches } = scenario;
  return [
    `profile ${scenario.profile}; ${scenario.elsewhere ? "engine elsewhere" : "engine in the process"}; ${
      scenario.catalog ? "a catalog" : "no catalog"
    }; retention ${scenario.retentionDays ?? "none"}; ${scenario.stepMs} ms a step`,
    `jobs: ${jobs.map((job) => `${job.id}${renderTarget(job.command)} at step ${job.atStep} of stage ${job.stage}${job.rules === 1 ? " with other rules" : ""}`).join(", ")}`,
    `events: ${events.map(({ event, day, stage, atStep }) => `${event} (${day}) at step ${atStep} of stage ${stage}`).join(", ") || "none"}`,
    `faults: ${faults.map(({ call, atCall }) => `${call} number ${atCall}`).join(", ") || "none"}`,
    `switches: ${switches.map(renderSwitch).join(", ") || "none"}`,
  ].join("\n");
}

function renderSwitch(one: Switch): string {
  return typeof one === "number" ? `after step ${one}` : `before ${one.call} number ${one.atCall}`;
}

function renderTarget(command: Scenario["jobs"][number]["command"]): string {
  if ("day" in command) return ` of ${command.day}`;
  if ("task" in command) return ` ${command.task}`;
  return "table" in command ? ` ${command.table}` : "";
}
