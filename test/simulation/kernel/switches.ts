import type { Switch } from "./types.ts";

/** When whoever acts goes behind all others. */
export interface Switches {
  isAtStep(step: number): boolean;
  /** Each call is asked once, as it is made. */
  isAtCall(name: string): boolean;
}

export function createSwitches(planned: readonly Switch[]): Switches {
  const steps = new Set(planned);
  const calls = new Set(
    planned.flatMap((one) => (typeof one === "number" ? [] : [`${one.call} ${one.atCall}`])),
  );
  const counts = new Map<string, number>();
  return {
    isAtStep: (step) => steps.has(step),
    isAtCall(name) {
      const number = counts.get(name) ?? 0;
      counts.set(name, number + 1);
      return calls.has(`${name} ${number}`);
    },
  };
}
