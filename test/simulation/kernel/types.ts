import { ShardliftError } from "../../../src/errors.ts";
import type { Clock } from "../../../src/ports.ts";
import type { FaultName } from "./faults.ts";

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

/** An error of the outside after which nobody knows what was done. */
export function buildFault(failed: string): ShardliftError {
  return new ShardliftError("outside", { failed }, { retryable: true });
}
