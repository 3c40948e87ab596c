import type { FaultName } from "./faults.ts";
import type { Call, Order, PortName } from "./types.ts";

/** Which calls go wrong, and which ports refuse everything for a while. */
export interface FaultPlan {
  /** The fault that strikes this call; each call is asked once, as it arrives. */
  choose(call: Call<unknown>): FaultName | null;
  throttle(port: PortName, untilMs: number): void;
  isThrottled(port: PortName, nowMs: number): boolean;
  /** From now on nothing goes wrong. */
  end(): void;
}

export function createFaultPlan({ faults, focus }: Pick<Order, "faults" | "focus">): FaultPlan {
  const rolls = new Map(faults.map(({ call, atCall, roll }) => [`${call} ${atCall}`, roll]));
  const counts = new Map<string, number>();
  const throttledUntil = new Map<PortName, number>();
  let hasEnded = false;

  const findRoll = (name: string): number | undefined => {
    const number = counts.get(name) ?? 0;
    counts.set(name, number + 1);
    return rolls.get(`${name} ${number}`);
  };

  return {
    choose({ port, method, faults: possible }) {
      const [byName, byNumber] = [findRoll(`${port}.${method}`), findRoll("any")];
      const roll = byName ?? byNumber;
      if (roll === undefined || hasEnded) return null;
      const wanted = possible.filter((name) => focus === null || focus.includes(name));
      return wanted[Math.floor(roll * wanted.length)] ?? null;
    },
    throttle: (port, untilMs) => {
      throttledUntil.set(port, untilMs);
    },
    isThrottled: (port, nowMs) => (throttledUntil.get(port) ?? 0) > nowMs,
    end() {
      hasEnded = true;
      throttledUntil.clear();
    },
  };
}
