import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FaultName } from "./kernel/faults.ts";
import type { WorkerInput, WorkerReport } from "./worker.ts";

export interface SimulateInput {
  seeds: number;
  from: number;
  workers: number;
  mutant: string | null;
  /** Seeds of other profiles are left out; null: none is. */
  profile: string | null;
  stopsAtFailure: boolean;
  /** Called now and then with what was done so far. */
  onProgress(done: SimulateReport): void;
}

export interface SimulateReport {
  schedules: number;
  steps: number;
  /** By seed. */
  failed: { seed: number; violation: string }[];
  struck: Map<FaultName, number>;
  digest: number;
}

/** Runs many schedules in several processes. Equal input gives an equal report, however many there are. */
export async function simulate(input: SimulateInput): Promise<SimulateReport> {
  const total: SimulateReport = { schedules: 0, steps: 0, failed: [], struck: new Map(), digest: 0 };
  const add = (report: WorkerReport) => {
    total.schedules += report.schedules;
    total.steps += report.steps;
    total.failed.push(...report.failed);
    total.digest = (total.digest + report.digest) >>> 0;
    for (const [fault, count] of report.struck)
      total.struck.set(fault, (total.struck.get(fault) ?? 0) + count);
    input.onProgress(total);
  };
  const numbers = Array.from({ length: input.workers }, (_, index) => index);
  await Promise.all(numbers.map((index) => runWorker(buildWorkerInput(input, index), add)));
  total.failed.sort((a, b) => a.seed - b.seed);
  return total;
}

function buildWorkerInput(
  { from, seeds, workers, mutant, profile, stopsAtFailure }: SimulateInput,
  index: number,
): WorkerInput {
  return { from: from + index, to: from + seeds, stride: workers, mutant, profile, stopsAtFailure };
}

/** A process and no thread: V8 ends a process in which many threads compile at once, now and then (`jit_page.has_value()`). */
function runWorker(input: WorkerInput, onReport: (report: WorkerReport) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const program = fileURLToPath(new URL("./worker.ts", import.meta.url));
    const worker = fork(program, [JSON.stringify(input)], { execArgv: [] });
    worker.on("message", (report) => onReport(report as WorkerReport));
    worker.on("error", reject);
    worker.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))));
  });
}
