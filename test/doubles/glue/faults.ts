/** What goes wrong with one request. */
export type FaultAction =
  | { do: "throttle" } // nothing was done
  | { do: "deny" } // the caller's policy lacks the action
  | { do: "expire token" } // the session's credentials have run out
  | { do: "refuse"; name: string; message: string; status?: number } // any other error of the API
  | { do: "drop request" } // the connection is cut, nothing was done
  | { do: "drop answer" } // all was done, the answer is lost
  | { do: "land later"; until: Promise<unknown> } // the connection is cut, and it is done all the same, later
  | { do: "hold"; until: Promise<unknown> } // done and answered when the promise is settled
  | { do: "rewrite"; answer: (answer: object) => object }; // the answer says something else than what was done

export type Fault = FaultAction & {
  /** `StartJobRun`; left out: every operation. */
  operation?: string;
  /** Only requests whose body it fits. */
  body?: RegExp;
  /** How many that fit are let through first. */
  skip?: number;
  /** How many it strikes; left out: one. */
  times?: number;
};

export interface FaultPlan {
  add(fault: Fault): void;
  /** The first that fits, used up by one; null: nothing goes wrong. */
  take(operation: string, body: string): Fault | null;
  /** Faults that have not struck as often as they were asked to: a test may look that there is none. */
  left(): Fault[];
  clear(): void;
}

export function createFaultPlan(): FaultPlan {
  const planned: { fault: Fault; skip: number; times: number }[] = [];
  const fits = (fault: Fault, operation: string, body: string) =>
    (fault.operation ?? operation) === operation && (fault.body?.test(body) ?? true);
  return {
    add: (fault) => void planned.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 }),
    take(operation, body) {
      for (const entry of planned) {
        if (entry.times <= 0 || !fits(entry.fault, operation, body)) continue;
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
