import type { SnowflakeErrorKind } from "./errors.ts";

type Cell = string | null;

/** What goes wrong with one request. */
export type FaultAction =
  | { do: "answer"; status: number; retryAfter?: number } // 429, 503: nothing was done
  | { do: "drop request" } // the connection is cut, nothing was done
  | { do: "drop answer" } // all was done, the answer is lost
  | { do: "delay"; ms: number }
  | { do: "hold"; until: Promise<unknown> } // the statement begins when the promise is settled
  | { do: "refuse"; kind: SnowflakeErrorKind; message: string } // the statement fails, the session lives
  | { do: "rewrite"; rows: (rows: Cell[][]) => Cell[][] } // the answer says something else than what was done
  | { do: "lose session" } // the session is gone before the statement, its transaction rolled back
  | { do: "lose session after" } // the same after the statement was done, and its answer is lost
  | { do: "strand session" } // the session is gone before the statement, its transaction lingers
  | { do: "expire token" }; // the session's token runs out before the statement

export type Fault = FaultAction & {
  /** Part of the path, such as `login-request`; left out: `query-request`. */
  path?: string;
  /** Only requests that carry such a statement. */
  sql?: RegExp;
  /** How many that fit are let through first. */
  skip?: number;
  /** How many it strikes; left out: one. */
  times?: number;
};

export interface FaultPlan {
  add(fault: Fault): void;
  /** The first that fits, used up by one; null: nothing goes wrong. */
  take(path: string, sql: string | undefined): Fault | null;
  /** Faults that have not struck as often as they were asked to: a test may look that there is none. */
  left(): Fault[];
  clear(): void;
}

export function createFaultPlan(): FaultPlan {
  const planned: { fault: Fault; skip: number; times: number }[] = [];
  const fits = (fault: Fault, path: string, sql: string | undefined) =>
    path.includes(fault.path ?? "query-request") && (fault.sql?.test(sql ?? "") ?? true);
  return {
    add: (fault) => void planned.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 }),
    take(path, sql) {
      for (const entry of planned) {
        if (entry.times <= 0 || !fits(entry.fault, path, sql)) continue;
        if (entry.skip > 0) {
          entry.skip -= 1;
          continue;
        }
        entry.times -= 1;
        return entry.fault;
      }
      return null;
    },
    left: () => planned.filter(({ times }) => times > 0 && times !== Infinity).map(({ fault }) => fault),
    clear: () => void planned.splice(0),
  };
}
