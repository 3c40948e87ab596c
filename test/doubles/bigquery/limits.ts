import type { DoubleClock } from "../snowflake/clock.ts";
import { limitRate } from "./errors.ts";

export interface Limits {
  /** Requests per second, user and method. */
  perSecond: number;
  /** Requests of a user at once. */
  atOnce: number;
}

/** As documented for BigQuery's API. */
export const documentedLimits: Limits = { perSecond: 100, atOnce: 300 };

export interface LimitDesk {
  /** @throws ApiFault 403 rateLimitExceeded @returns to be called when the request is answered */
  enter(principal: string, method: string): () => void;
  /** Most requests that were under way at once, since the double was started. */
  readonly peak: number;
}

export function createLimitDesk(limits: Limits, clock: DoubleClock): LimitDesk {
  const recent = new Map<string, number[]>();
  const open = new Map<string, number>();
  let peak = 0;
  return {
    enter(principal, method) {
      const key = `${principal} ${method}`;
      const since = clock.now() - 1_000;
      const times = (recent.get(key) ?? []).filter((time) => time > since);
      if (times.length >= limits.perSecond)
        throw limitRate("too many api requests per user per method for this user_method");
      const underWay = open.get(principal) ?? 0;
      if (underWay >= limits.atOnce)
        throw limitRate("too many concurrent api requests per user for this method");
      recent.set(key, [...times, clock.now()]);
      open.set(principal, underWay + 1);
      peak = Math.max(peak, underWay + 1);
      return () => void open.set(principal, (open.get(principal) ?? 1) - 1);
    },
    get peak() {
      return peak;
    },
  };
}
