/** What goes wrong with one request. */
export type FaultAction =
  | { do: "answer"; status: number; reason: string; message: string } // an error of the API; nothing was done
  | { do: "token error"; status: number; error: string; description: string } // the same of a token endpoint
  | { do: "garble"; status: number } // a page of HTML, as proxies and load balancers send
  | { do: "drop request" } // the connection is cut, nothing was done
  | { do: "drop answer" } // all was done, the answer is lost
  | { do: "cut body"; afterBytes: number } // the answer breaks off
  | { do: "hold"; until: Promise<unknown> } // done and answered when the promise is settled
  | { do: "rewrite"; answer: (answer: object) => object }; // the answer says something else

export type Fault = FaultAction & {
  /** `bigquery.tables.get`; left out: every method. */
  method?: string;
  /** Only requests whose path fits. */
  path?: RegExp;
  /** How many that fit are let through first. */
  skip?: number;
  /** How many it strikes; left out: one. */
  times?: number;
};

export interface FaultPlan {
  add(fault: Fault): void;
  /** The first that fits, used up by one; null: nothing goes wrong. */
  take(method: string, path: string): Fault | null;
  /** Faults that have not struck as often as they were asked to. */
  left(): Fault[];
  clear(): void;
}

export function createFaultPlan(): FaultPlan {
  const planned: { fault: Fault; skip: number; times: number }[] = [];
  const fits = (fault: Fault, method: string, path: string) =>
    (fault.method ?? method) === method && (fault.path?.test(path) ?? true);
  return {
    add: (fault) => void planned.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 }),
    take(method, path) {
      for (const entry of planned) {
        if (entry.times <= 0 || !fits(entry.fault, method, path)) continue;
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
