import { ShardliftError } from "../../../src/errors.ts";
import type { Clock } from "../../../src/ports.ts";
import type { FaultName } from "./faults.ts";
import { createRandom, deriveSeed, emptyHash, mixText } from "./random.ts";

/** Where work of the outside may be interrupted: others act meanwhile. */
export type Pause =
  | { on: "turn" }
  | { on: "time"; untilMs: number }
  /** Resumed with false where `giveUpAtMs` came first. */
  | { on: "condition"; what: string; isReady(): boolean; giveUpAtMs: number };

/** Work of the outside; what lies between two pauses is atomic. Resumed with whether its condition came true. */
export type Work<T> = Generator<Pause, T, boolean>;

/** Lets others act. */
export const turn: Pause = { on: "turn" };

export type PortName = "source" | "store" | "engine" | "runs" | "catalog" | "warehouse" | "clock";

/** A call of a process on the outside. */
export interface Call<T> {
  port: PortName;
  method: string;
  /** What it is about, for the trace. */
  detail?: string;
  /** What can go wrong with this call. Names of `callFaults` the kernel does itself, others `work` is told of. */
  faults: readonly FaultName[];
  work(fault: FaultName | null): Work<T>;
}

/** One command under way. A killed one simply never goes on. */
export interface Process {
  name: string;
  isAlive: boolean;
  controller: AbortController;
  clock: Clock;
  /** How far its machine's clock is off, ms. */
  clockErrorMs: number;
  /** Called when it is killed or ends: sessions end. */
  onKilled: (() => void)[];
  /** Set when it ended by itself. */
  end: { error: unknown } | { answer: unknown } | null;
}

/** The n-th call of a name goes wrong; `roll` in [0, 1) picks one of the faults that the call can meet. */
export interface PlannedFault {
  /** Such as `store.put`, or `any`. */
  call: string;
  atCall: number;
  roll: number;
}

/** What a schedule is, beside what happens in it: who goes first, and which calls go wrong. */
export interface Order {
  seed: number;
  startMs: number;
  /** Time that passes with each step, ms. */
  stepMs: number;
  /** Steps after which whoever is acting goes behind all others. */
  switches: readonly number[];
  faults: readonly PlannedFault[];
  /** Where set, no other fault strikes. */
  focus: readonly FaultName[] | null;
  /** Acts as soon as somebody calls: for contract suites, which know no kernel. */
  selfPropelled?: true;
}

export interface Kernel {
  /** True time, ms; no machine knows it. */
  nowMs(): number;
  leap(ms: number): void;
  readonly steps: number;
  /** Fingerprint of all that happened. */
  readonly digest: number;
  /** How often each fault struck. */
  readonly struck: Map<FaultName, number>;
  spawn(name: string, main: (process: Process) => Promise<unknown>): Process;
  kill(process: Process): void;
  call<T>(process: Process, call: Call<T>): Promise<T>;
  /** Work that goes on without a process: runs elsewhere, late requests. */
  background(name: string, work: () => Work<void>): void;
  /** What waits, for nothing that will come where `run` has ended. */
  waiting(): string[];
  /** An outcome that documentation leaves open, decided by the seed. */
  decide(question: string): boolean;
  /** Counts a fault that a model or an event did. */
  count(fault: FaultName): void;
  note(text: string): void;
  /** Stops all faults: what is under way ends in peace. */
  endFaults(): void;
  /** Acts until nothing can act. `afterStep` may throw to end it. */
  run(afterStep: (step: number) => void): Promise<void>;
}

interface Owner {
  key: string;
  /** Infinite: acts as soon as it can, since the outside would not wait. */
  priority: number;
  process: Process | null;
}

interface Task {
  owner: Owner;
  label: string;
  work: Work<unknown>;
  pause: Pause;
  /** Whose call it is; null for background work. */
  port: PortName | null;
  hasBegun: boolean;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** Longest a throttled port refuses, and longest a late request is under way, ms. */
const throttleMs = 4 * 60_000;
const lateMs = 50 * 60_000;

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
  const planned = new Map(order.faults.map(({ call, atCall, roll }) => [`${call} ${atCall}`, roll]));
  const calls = new Map<string, number>();
  const switches = new Set(order.switches);
  const throttledUntil = new Map<PortName, number>();
  const dice = createRandom(deriveSeed(order.seed, "open questions"));
  let nowMs = order.startMs;
  let steps = 0;
  let owners = 0;
  let digest = emptyHash;
  let faulty = true;
  let { stepMs } = order;
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
    return { key, priority, process };
  };
  const ownersOf = new Map<Process, Owner>();

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
    const finish = (end: NonNullable<Process["end"]>) => {
      if (!process.isAlive) return;
      process.end = end;
      process.isAlive = false;
      note(`${name} ends${"error" in end ? `: ${renderError(end.error)}` : ""}`);
      for (const act of process.onKilled) act();
    };
    Promise.resolve()
      .then(() => main(process))
      .then(
        (answer) => finish({ answer }),
        (error: unknown) => finish({ error }),
      );
    return process;
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
    const owner = ownersOf.get(process)!;
    const label = `${process.name}: ${wanted.port}.${wanted.method} ${wanted.detail ?? ""}`;
    return new Promise<T>((resolve, reject) => {
      const task: Task = {
        owner,
        label,
        work: begin(process, wanted) as Work<unknown>,
        pause: turn,
        port: wanted.port,
        hasBegun: false,
        resolve: resolve as (answer: unknown) => void,
        reject,
      };
      tasks.push(task);
      if (order.selfPropelled && !isRunning) void run(() => {});
    });
  }

  /** The call as the outside sees it: what goes wrong is chosen when it arrives. */
  function* begin<T>(process: Process, wanted: Call<T>): Work<T> {
    if (wanted.port === "clock") return yield* wanted.work(null);
    const fault = chooseFault(wanted);
    if ((throttledUntil.get(wanted.port) ?? 0) > nowMs) throw buildFault("the outside is throttled");
    if (fault !== null && fault !== "crash in the middle") strike(fault);
    switch (fault) {
      case "crash before":
        kill(process);
        return yield* never();
      case "crash after":
        yield* wanted.work(null);
        kill(process);
        return yield* never();
      case "crash in the middle":
        return yield* cutShort(process, wanted.work(null));
      case "lost answer":
        yield* wanted.work(null);
        throw buildFault("the answer was lost");
      case "never sent":
        throw buildFault("the request was not answered");
      case "late request":
        addLate(wanted);
        throw buildFault("the request was not answered in time");
      case "duplicate request":
        yield* wanted.work(null);
        yield turn;
        return yield* wanted.work(null);
      case "throttled":
        throttledUntil.set(wanted.port, nowMs + throttleMs * (0.2 + dice.next()));
        throw buildFault("the outside is throttled");
      default:
        return yield* wanted.work(fault);
    }
  }

  function strike(fault: FaultName): void {
    count(fault);
    note(`  fault: ${fault}`);
  }

  function chooseFault(wanted: Call<unknown>): FaultName | null {
    const rolls = [`${wanted.port}.${wanted.method}`, "any"].map((name) => {
      const number = calls.get(name) ?? 0;
      calls.set(name, number + 1);
      return planned.get(`${name} ${number}`);
    });
    const roll = rolls[0] ?? rolls[1];
    if (roll === undefined || !faulty) return null;
    const possible = wanted.faults.filter((name) => order.focus === null || order.focus.includes(name));
    return possible[Math.floor(roll * possible.length)] ?? null;
  }

  /** Dies at the work's first pause; work without pauses dies after it was done. */
  function* cutShort<T>(process: Process, work: Work<T>): Work<T> {
    const isWhole = work.next(true).done ?? false;
    strike(isWhole ? "crash after" : "crash in the middle");
    kill(process);
    if (!isWhole) work.return(undefined as T);
    return yield* never();
  }

  /** It comes when it comes, before whatever else could happen then: no request lives on beyond its hour. */
  function addLate(wanted: Call<unknown>): void {
    const untilMs = nowMs + Math.floor(dice.next() * lateMs);
    background(`late ${wanted.port}.${wanted.method} ${wanted.detail ?? ""}`, function* () {
      yield { on: "time", untilMs };
      try {
        yield* wanted.work(null);
      } catch {
        // Nobody listens any more.
      }
    });
    tasks.at(-1)!.owner.priority = Number.POSITIVE_INFINITY;
  }

  function background(name: string, work: () => Work<void>): void {
    const reject = (error: unknown) => {
      throw error;
    };
    const owner = createOwner(name, null);
    tasks.push({
      owner,
      label: name,
      work: work(),
      pause: turn,
      port: null,
      hasBegun: true,
      resolve() {},
      reject,
    });
  }

  /** Everything stands still. A request to the catalog that was not sent by then is signed too long ago to be taken. */
  function leap(ms: number): void {
    nowMs += ms;
    if (ms < requestLifeMs) return;
    for (const task of tasks) if (task.port === "catalog" && !task.hasBegun) task.work = expire();
  }

  function isReady({ pause }: Task): boolean {
    if (pause.on === "turn") return true;
    if (pause.on === "time") return pause.untilMs <= nowMs;
    return pause.giveUpAtMs <= nowMs || pause.isReady();
  }

  function pickTask(): Task | null {
    let best: Task | null = null;
    for (const task of tasks) {
      if ((best === null || task.owner.priority > best.owner.priority) && isReady(task)) best = task;
    }
    return best;
  }

  /** Nothing can act: time passes until something can. @returns false where nothing ever will */
  function passTime(): boolean {
    const times = tasks.map(({ pause }) =>
      pause.on === "time" ? pause.untilMs : pause.on === "condition" ? pause.giveUpAtMs : nowMs,
    );
    const next = Math.min(...times);
    if (!Number.isFinite(next)) return false;
    nowMs = Math.max(nowMs, next);
    return true;
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
      const task = pickTask();
      if (task === null) {
        if (!passTime()) return;
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
    endFaults: () => {
      faulty = false;
      stepMs = Math.min(stepMs, calmStepMs);
      throttledUntil.clear();
    },
    run,
  };
}

function* expire(): Work<never> {
  yield* [];
  throw buildFault("the request's signature has expired");
}

/** A call that is never answered. */
function* never(): Work<never> {
  for (;;)
    yield { on: "condition", what: "never", isReady: () => false, giveUpAtMs: Number.POSITIVE_INFINITY };
}

/** All that processes do between two calls is promises: once the event loop turns, they all wait again. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function buildFault(failed: string): ShardliftError {
  return new ShardliftError("outside", { failed }, { retryable: true });
}

function renderError(error: unknown): string {
  return error instanceof Error ? error.message.split("\n").slice(0, 3).join(" |") : String(error);
}
