import { createFaultPlan } from "./fault-plan.ts";
import type { FaultName } from "./faults.ts";
import { expire, meetFault } from "./faulty-call.ts";
import { createRandom, deriveSeed, emptyHash, mixText } from "./random.ts";
import { findNextTime, type Owner, pickTask, type Task } from "./tasks.ts";
import { type Call, type Kernel, type Order, type Pause, type Process, turn, type Work } from "./types.ts";

/** What the catalog's protocol assumes of any request. */
const requestLifeMs = 60 * 60_000;

/** Time of a step once the faults have ended, ms. */
const calmStepMs = 20;

/** More steps than any schedule needs: something turns in circles. */
const maxSteps = 60_000;

/**
 * Runs processes and the outside step by step: the one with the highest priority acts, at some steps it goes behind
 * all others (probabilistic concurrency testing: few switches find most races). The same order gives the same run.
 */
export function createKernel(order: Order, trace: ((line: string) => void) | null): Kernel {
  const tasks: Task[] = [];
  const struck = new Map<FaultName, number>();
  const plan = createFaultPlan(order);
  const switches = new Set(order.switches);
  const dice = createRandom(deriveSeed(order.seed, "open questions"));
  const ownersOf = new Map<Process, Owner>();
  let nowMs = order.startMs;
  let { stepMs } = order;
  let steps = 0;
  let owners = 0;
  let digest = emptyHash;
  let isRunning = false;

  const note = (text: string) => {
    digest = mixText(digest, text);
    trace?.(`${String(steps).padStart(5)}  ${new Date(nowMs).toISOString().slice(0, 19)}  ${text}`);
  };
  const count = (fault: FaultName) => {
    struck.set(fault, (struck.get(fault) ?? 0) + 1);
  };
  const createOwner = (key: string, process: Process | null): Owner => {
    const priority = 1 + createRandom(deriveSeed(order.seed, `owner ${key} ${owners++}`)).next();
    return { priority, process };
  };
  const calls = {
    plan,
    dice,
    nowMs: () => nowMs,
    strike(fault: FaultName) {
      count(fault);
      note(`  fault: ${fault}`);
    },
    kill,
    addPunctual(name: string, work: () => Work<void>) {
      background(name, work);
      tasks.at(-1)!.owner.priority = Number.POSITIVE_INFINITY;
    },
  };

  function spawn(name: string, main: (process: Process) => Promise<unknown>): Process {
    const process: Process = {
      name,
      isAlive: true,
      controller: new AbortController(),
      clock: { now: () => nowMs + process.clockErrorMs, sleep: (ms, signal) => sleep(process, ms, signal) },
      clockErrorMs: 0,
      onKilled: [],
      end: null,
    };
    ownersOf.set(process, createOwner(name, process));
    note(`${name} begins`);
    Promise.resolve()
      .then(() => main(process))
      .then(
        (answer) => finish(process, { answer }),
        (error: unknown) => finish(process, { error }),
      );
    return process;
  }

  function finish(process: Process, end: NonNullable<Process["end"]>): void {
    if (!process.isAlive) return;
    process.end = end;
    process.isAlive = false;
    note(`${process.name} ends${"error" in end ? `: ${renderError(end.error)}` : ""}`);
    // What it abandoned goes with it.
    for (const act of process.onKilled) act();
  }

  function kill(process: Process): void {
    if (!process.isAlive) return;
    note(`${process.name} is killed`);
    process.isAlive = false;
    for (let index = tasks.length - 1; index >= 0; index -= 1) {
      if (tasks[index]!.owner.process === process) tasks.splice(index, 1);
    }
    for (const act of process.onKilled) act();
  }

  function sleep(process: Process, ms: number, signal?: AbortSignal): Promise<void> {
    const untilMs = nowMs + ms;
    const isReady = () => signal?.aborted ?? false;
    return call(process, {
      port: "clock",
      method: "sleep",
      detail: `${ms} ms`,
      faults: [],
      *work() {
        // Who polls must not keep others from what it waits for: it goes behind those who never slept.
        ownersOf.get(process)!.priority = dice.next();
        yield { on: "condition", what: "sleep", isReady, giveUpAtMs: untilMs };
        signal?.throwIfAborted();
      },
    });
  }

  function call<T>(process: Process, wanted: Call<T>): Promise<T> {
    if (!process.isAlive) return new Promise(() => {});
    return new Promise<T>((resolve, reject) => {
      tasks.push({
        owner: ownersOf.get(process)!,
        label: `${process.name}: ${wanted.port}.${wanted.method} ${wanted.detail ?? ""}`,
        work: meetFault(calls, process, wanted) as Work<unknown>,
        pause: turn,
        port: wanted.port,
        hasBegun: false,
        resolve: resolve as (answer: unknown) => void,
        reject,
      });
      if (order.selfPropelled && !isRunning) void run(() => {});
    });
  }

  function background(name: string, work: () => Work<void>): void {
    const reject = (error: unknown) => {
      throw error;
    };
    const owner = createOwner(name, null);
    const task = { owner, label: name, work: work(), pause: turn, port: null, hasBegun: true };
    tasks.push({ ...task, resolve() {}, reject });
  }

  /** Everything stands still. A request to the catalog that was not sent by then is signed too long ago to be taken. */
  function leap(ms: number): void {
    nowMs += ms;
    if (ms < requestLifeMs) return;
    for (const task of tasks) if (task.port === "catalog" && !task.hasBegun) task.work = expire();
  }

  function advance(task: Task): void {
    const { pause } = task;
    const came = pause.on !== "condition" || pause.isReady();
    // While it acts it is in no list: a kill by its own fault must not find it.
    tasks.splice(tasks.indexOf(task), 1);
    note(task.label);
    task.hasBegun = true;
    let result: IteratorResult<Pause, unknown>;
    try {
      result = task.work.next(came);
    } catch (error) {
      note(`  ! ${renderError(error)}`);
      task.reject(error);
      return;
    }
    if (result.done) {
      task.resolve(result.value);
      return;
    }
    const { process } = task.owner;
    if (process !== null && !process.isAlive) return;
    task.pause = result.value;
    tasks.push(task);
  }

  async function run(afterStep: (step: number) => void): Promise<void> {
    isRunning = true;
    await act(afterStep).finally(() => {
      isRunning = false;
    });
  }

  async function act(afterStep: (step: number) => void): Promise<void> {
    await settle();
    while (tasks.length > 0) {
      const task = pickTask(tasks, nowMs);
      if (task === null) {
        const next = findNextTime(tasks, nowMs);
        if (!Number.isFinite(next)) return;
        nowMs = Math.max(nowMs, next);
        continue;
      }
      if (switches.has(steps)) task.owner.priority = -steps;
      advance(task);
      steps += 1;
      nowMs += stepMs;
      await settle();
      afterStep(steps);
      // It may have begun a process, which has not called anybody yet.
      if (tasks.length === 0) await settle();
      if (steps > maxSteps) throw new Error(`no end after ${maxSteps} steps`);
    }
  }

  return {
    nowMs: () => nowMs,
    leap,
    get steps() {
      return steps;
    },
    get digest() {
      return digest;
    },
    struck,
    spawn,
    kill,
    call,
    background,
    waiting: () =>
      tasks.map(({ label, pause }) => (pause.on === "condition" ? `${label} (${pause.what})` : label)),
    decide: (question) => {
      const answer = dice.chance(0.5);
      note(`  ${question}: ${answer ? "yes" : "no"}`);
      return answer;
    },
    count,
    note,
    endFaults() {
      plan.end();
      stepMs = Math.min(stepMs, calmStepMs);
    },
    run,
  };
}

/** All that processes do between two calls is promises: once the event loop turns, they all wait again. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function renderError(error: unknown): string {
  return error instanceof Error ? error.message.split("\n").slice(0, 3).join(" |") : String(error);
}
