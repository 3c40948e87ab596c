import { runJob } from "./commands.ts";
import { checkEnd } from "./ends.ts";
import { fillSource, fireEvent } from "./events.ts";
import { createWatch, fail, Violation } from "./invariants.ts";
import type { FaultName } from "./kernel/faults.ts";
import type { Process } from "./kernel/types.ts";
import { recover } from "./recover.ts";
import type { Scenario } from "./scenario.ts";
import { createWorld, type World } from "./world.ts";

export interface ScheduleResult {
  seed: number;
  /** What went wrong, in words; null where nothing did. */
  violation: string | null;
  steps: number;
  /** Fingerprint of all that happened. */
  digest: number;
  struck: Map<FaultName, number>;
}

/** Runs one schedule from its first step to the proof that all is equal again. Equal scenarios give equal results. */
export async function runSchedule(
  scenario: Scenario,
  trace: ((line: string) => void) | null = null,
): Promise<ScheduleResult> {
  const world = createWorld(scenario, trace);
  const { kernel } = world;
  let violation: string | null = null;
  try {
    fillSource(world);
    const check = createWatch(world);
    await runJobs(world, check);
    await recover(world, check);
  } catch (error) {
    violation = error instanceof Violation ? error.message : `${(error as Error).stack}`;
    kernel.note(`VIOLATION: ${violation}`);
  }
  return {
    seed: scenario.seed,
    violation,
    steps: kernel.steps,
    digest: kernel.digest,
    struck: kernel.struck,
  };
}

/** Stage by stage: the next one begins when all that was begun has come to rest. */
async function runJobs(world: World, check: () => void): Promise<void> {
  const { kernel, scenario } = world;
  const processes: Process[] = [];
  const last = Math.max(
    ...scenario.jobs.map(({ stage }) => stage),
    ...scenario.events.map(({ stage }) => stage),
  );
  for (let stage = 0; stage <= last; stage += 1) await runStage(world, stage, processes, check);
  check();
  const stuck = processes.find((process) => process.isAlive);
  if (stuck !== undefined) fail(`${stuck.name} never ends; waiting: ${kernel.waiting().join("; ")}`);
  for (const process of processes) checkEnd(world, process);
}

/** Jobs and events come at their steps; where nothing can act any more, the next one comes at once. */
async function runStage(world: World, stage: number, processes: Process[], check: () => void): Promise<void> {
  const { kernel, scenario } = world;
  const begun = kernel.steps;
  const isOwn = (item: { stage: number }) => item.stage === stage;
  const jobs = scenario.jobs.filter(isOwn).toSorted((a, b) => a.atStep - b.atStep);
  const events = scenario.events.filter(isOwn);
  const fireDue = (step: number) => {
    while (events[0] !== undefined && events[0].atStep <= step) fireEvent(world, events.shift()!, processes);
    while (jobs[0] !== undefined && jobs[0].atStep <= step) {
      const job = jobs.shift()!;
      processes.push(kernel.spawn(job.id, (process) => runJob(world, process, job)));
    }
  };
  fireDue(0);
  for (;;) {
    await kernel.run((step) => {
      check();
      fireDue(step - begun);
    });
    const next = Math.min(...[...jobs, ...events].map(({ atStep }) => atStep));
    if (next === Number.POSITIVE_INFINITY) return;
    fireDue(next);
  }
}
