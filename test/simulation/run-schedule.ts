import { runJob } from "./commands.ts";
import { checkEnd } from "./ends.ts";
import { fillSource, fireEvent } from "./events.ts";
import { createWatch, fail, Violation } from "./invariants.ts";
import type { FaultName } from "./kernel/faults.ts";
import type { Process } from "./kernel/types.ts";
import { recover } from "./recover.ts";
import type { Job, Scenario } from "./scenario.ts";
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

/** Jobs and events come at their steps; where nothing can act any more, the next one comes at once. */
async function runJobs(world: World, check: () => void): Promise<void> {
  const { kernel, scenario } = world;
  const jobs = scenario.jobs.toSorted((a, b) => a.atStep - b.atStep);
  const events = [...scenario.events];
  const processes: Process[] = [];
  const launch = (job: Job) => processes.push(kernel.spawn(job.id, (process) => runJob(world, process, job)));
  const fireDue = (step: number) => {
    while (jobs[0] !== undefined && jobs[0].atStep <= step) launch(jobs.shift()!);
    while (events[0] !== undefined && events[0].atStep <= step) fireEvent(world, events.shift()!, processes);
  };
  fireDue(0);
  for (;;) {
    await kernel.run((step) => {
      check();
      fireDue(step);
    });
    const next = Math.min(
      jobs[0]?.atStep ?? Number.POSITIVE_INFINITY,
      events[0]?.atStep ?? Number.POSITIVE_INFINITY,
    );
    if (next === Number.POSITIVE_INFINITY) break;
    fireDue(next);
  }
  check();
  const stuck = processes.find((process) => process.isAlive);
  if (stuck !== undefined) fail(`${stuck.name} never ends; waiting: ${kernel.waiting().join("; ")}`);
  for (const process of processes) checkEnd(world, process);
}
