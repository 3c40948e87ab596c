import { forbidChance } from "./forbid-chance.ts";
import type { FaultName } from "./kernel/faults.ts";
import { emptyHash, mixText } from "./kernel/random.ts";
import { mutants } from "./mutants.ts";
import { plant } from "./mutate.ts";

/** What a worker is asked for: seeds `from`, `from + stride`, … below `to`. */
export interface WorkerInput {
  from: number;
  to: number;
  stride: number;
  /** Name of the change to plant; null: the code as it is. */
  mutant: string | null;
  /** Seeds of other profiles are left out; null: none is. */
  profile: string | null;
  /** Ends at the first failure. */
  stopsAtFailure: boolean;
}

/** What a worker tells, now and then and at its end. */
export interface WorkerReport {
  schedules: number;
  steps: number;
  failed: { seed: number; violation: string }[];
  struck: [FaultName, number][];
  /** Sum of the schedules' fingerprints, whatever order they ran in. */
  digest: number;
  isLast: boolean;
}

const input: WorkerInput = JSON.parse(process.argv[2]!);
if (input.mutant !== null) plant(mutants.find(({ name }) => name === input.mutant)!);
// After the mutant was planted: what is loaded from here on is the changed code.
const { runSchedule } = await import("./run-schedule.ts");
const { buildScenario } = await import("./scenario.ts");
forbidChance();

const reportEvery = 50;
let report = buildReport();

for (let seed = input.from; seed < input.to; seed += input.stride) {
  const scenario = buildScenario(seed);
  if (input.profile !== null && scenario.profile !== input.profile) continue;
  const { violation, steps, digest, struck } = await runSchedule(scenario);
  report.schedules += 1;
  report.steps += steps;
  report.digest = (report.digest + mixText(emptyHash, `${seed} ${digest}`)) >>> 0;
  for (const [fault, count] of struck) report.struck.push([fault, count]);
  if (violation !== null) report.failed.push({ seed, violation });
  if (report.schedules % reportEvery === 0) send(false);
  if (violation !== null && input.stopsAtFailure) break;
}
send(true);

function buildReport(): WorkerReport {
  return { schedules: 0, steps: 0, failed: [], struck: [], digest: 0, isLast: false };
}

function send(isLast: boolean): void {
  process.send?.({ ...report, isLast }, () => {
    if (isLast) process.disconnect();
  });
  report = buildReport();
}
