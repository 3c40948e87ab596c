import type { ExecutionInput } from "./execution.ts";
import { writeLog } from "./logs.ts";
import type { JobsWorld, RunFate, RunRecord, RunState } from "./types.ts";

/** Where Glue 5 writes what a script prints. */
export const logGroup = "/aws-glue/jobs";

export function isAlive({ endedMs }: RunRecord): boolean {
  return endedMs === null;
}

/** Sets a run on its way: it begins to run after `startMs`, unless its fate is another. */
export function launch(world: JobsWorld, run: RunRecord, fate: RunFate | null): void {
  const { clock, startMs } = world;
  if (fate === "stays starting") return;
  if (fate === "expires") {
    run.state = "WAITING";
    clock.at(run.startedMs + startMs, () => end(world, run, "EXPIRED", null));
    return;
  }
  clock.at(run.startedMs + startMs, () => {
    if (run.state !== "STARTING") return;
    if (fate === "breaks down") end(world, run, "ERROR", "Internal service error while launching the run");
    else begin(world, run, fate);
  });
}

function begin(world: JobsWorld, run: RunRecord, fate: RunFate | null): void {
  const { clock } = world;
  run.ranFromMs = clock.now();
  move(world, run, "RUNNING");
  const forget = clock.at(run.ranFromMs + run.timeoutMinutes * 60_000, () => {
    void kill(run).then(() => end(world, run, "TIMEOUT", null));
  });
  void execute(world, run, fate).finally(forget);
}

async function execute(world: JobsWorld, run: RunRecord, fate: RunFate | null): Promise<void> {
  const lines: string[] = [];
  const print = (line: string) => {
    lines.push(line);
    const event = { timestamp: world.clock.now(), message: line };
    writeLog(world.logs, `${logGroup}/output`, run.id, event);
    if (fate === "out of memory") void kill(run);
  };
  const input = buildInput(run, print);
  for (let times = fate === "finishes twice" ? 2 : 1; times > 0; times -= 1) {
    const execution = world.execute(input);
    run.executions.push(execution);
    world.executions.push(execution);
    const ended = await execution.ended;
    const isOutOfMemory = ended.isOutOfMemory === true || fate === "out of memory";
    // A stop and a timeout end it themselves; their kills come back here.
    if (ended.exitCode === null && !isOutOfMemory) return;
    if (ended.exitCode !== 0) {
      return end(world, run, "FAILED", isOutOfMemory ? outOfMemory : explain(ended.exitCode, lines));
    }
  }
  end(world, run, "SUCCEEDED", null);
}

const outOfMemory =
  "Error Category: OUT_OF_MEMORY_ERROR; An error occurred while running the script: Container killed on request. Exit code is 137";

function explain(exitCode: number | null, lines: readonly string[]): string {
  const last = lines.findLast((line) => /^[A-Za-z_.]*(Error|Exception|Exit)\b/.test(line)) ?? lines.at(-1);
  // Whoever is killed has no last words.
  const words = exitCode !== null && exitCode > 128 ? undefined : last;
  return `Error Category: UNCLASSIFIED_ERROR; ${words ?? `Command failed with exit code ${exitCode}`}`;
}

function buildInput(run: RunRecord, print: ExecutionInput["print"]): ExecutionInput {
  const { id, job, scriptUri, sessionPolicy, worker } = run;
  const reserved = { "--JOB_NAME": job, "--JOB_RUN_ID": id, "--JOB_ID": `j_${job}` };
  const workerType = worker.type;
  return {
    runId: id,
    scriptUri,
    sessionPolicy,
    workerType,
    arguments: { ...run.arguments, ...reserved },
    print,
  };
}

/** Glue kills what runs, at once, and says STOPPED some time after. */
export function stop(world: JobsWorld, run: RunRecord): void {
  move(world, run, "STOPPING");
  const gone = kill(run);
  world.clock.at(world.clock.now() + world.stopMs, () => {
    void gone.then(() => end(world, run, "STOPPED", null));
  });
}

async function kill({ executions }: RunRecord): Promise<void> {
  for (const execution of executions) execution.kill();
  await Promise.all(executions.map(({ ended }) => ended));
}

function move(world: JobsWorld, run: RunRecord, state: RunState): void {
  run.state = state;
  run.modifiedMs = world.clock.now();
}

/** Once: whoever comes second, a timeout and a stop for example, finds it ended. */
function end(world: JobsWorld, run: RunRecord, state: RunState, message: string | null): void {
  if (run.endedMs !== null) return;
  move(world, run, state);
  run.endedMs = world.clock.now();
  run.message = message;
}
