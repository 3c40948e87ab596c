import { runSchedule } from "./run-schedule.ts";
import type { Scenario } from "./scenario.ts";

/** What can be taken away from a schedule one by one. */
const lists = ["jobs", "events", "faults", "switches"] as const;

/**
 * Takes away whatever a failing schedule does not need to fail: jobs, events, faults and switches, one after another,
 * until nothing more can go.
 */
export async function minimize(scenario: Scenario): Promise<Scenario> {
  let smallest = scenario;
  for (let before = -1; before !== countParts(smallest); ) {
    before = countParts(smallest);
    for (const list of lists) smallest = await thin(smallest, list);
  }
  return smallest;
}

async function thin(scenario: Scenario, list: (typeof lists)[number]): Promise<Scenario> {
  let smallest = scenario;
  for (let index = scenario[list].length - 1; index >= 0; index -= 1) {
    const without = { ...smallest, [list]: smallest[list].filter((_, at) => at !== index) };
    const { violation } = await runSchedule(without);
    if (violation !== null) smallest = without;
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
    `jobs: ${jobs.map((job) => `${job.id}${renderTarget(job.command)} at step ${job.atStep}`).join(", ")}`,
    `events: ${events.map(({ event, day, atStep }) => `${event} (${day}) at step ${atStep}`).join(", ") || "none"}`,
    `faults: ${faults.map(({ call, atCall }) => `${call} number ${atCall}`).join(", ") || "none"}`,
    `switches after steps: ${switches.join(", ") || "none"}`,
  ].join("\n");
}

function renderTarget(command: Scenario["jobs"][number]["command"]): string {
  if ("day" in command) return ` of ${command.day}`;
  if ("task" in command) return ` ${command.task}`;
  return "table" in command ? ` ${command.table}` : "";
}
