import type { Clock } from "../../ports.ts";

export interface LimiterOptions {
  /** Calls under way at once. */
  atOnce: number;
  /** Calls begun within any second. */
  perSecond: number;
  clock: Clock;
  signal?: AbortSignal;
}

/** Runs a call when it is its turn. */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

/** Keeps calls below a rate and a number at once, in the order in which they came. */
export function createLimiter({ atOnce, perSecond, clock, signal }: LimiterOptions): Limiter {
  const waiting: (() => void)[] = [];
  const begun: number[] = [];
  let underWay = 0;
  let turn = Promise.resolve();

  async function takePlace(): Promise<void> {
    if (underWay < atOnce) {
      underWay += 1;
      return;
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function leavePlace(): void {
    const next = waiting.shift();
    if (next === undefined) underWay -= 1;
    else next();
  }

  /** One after the other, so that nobody counts a start that another one is about to make. */
  function takeTurn(): Promise<void> {
    const mine = turn.then(async () => {
      const first = begun.length < perSecond ? undefined : begun.shift();
      const waitMs = first === undefined ? 0 : first + 1_000 - clock.now();
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      begun.push(clock.now());
    });
    turn = mine.catch(() => {});
    return mine;
  }

  return async (work) => {
    signal?.throwIfAborted();
    await takePlace();
    try {
      await takeTurn();
      return await work();
    } finally {
      leavePlace();
    }
  };
}
