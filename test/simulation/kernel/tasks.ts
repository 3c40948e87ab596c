import type { Pause, PortName, Process, Work } from "./types.ts";

/** Who acts: a process, or work of the outside. */
export interface Owner {
  /** The highest acts first. Infinite: as soon as it can, since the outside would not wait. */
  priority: number;
  process: Process | null;
}

/** A call or a piece of work that is under way. */
export interface Task {
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

/** What is to be done next: of those that can act the one with the highest priority, the oldest of equals. */
export function pickTask(tasks: readonly Task[], nowMs: number): Task | null {
  let best: Task | null = null;
  for (const task of tasks) {
    if ((best === null || task.owner.priority > best.owner.priority) && isReady(task, nowMs)) best = task;
  }
  return best;
}

function isReady({ pause }: Task, nowMs: number): boolean {
  if (pause.on === "turn") return true;
  if (pause.on === "time") return pause.untilMs <= nowMs;
  return pause.giveUpAtMs <= nowMs || pause.isReady();
}

/** When the first of them can act, ms; infinite where none ever will. */
export function findNextTime(tasks: readonly Task[], nowMs: number): number {
  const times = tasks.map(({ pause }) =>
    pause.on === "time" ? pause.untilMs : pause.on === "condition" ? pause.giveUpAtMs : nowMs,
  );
  return Math.min(...times);
}
