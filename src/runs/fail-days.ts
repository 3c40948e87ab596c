import type { DayOutcome } from "../ports.ts";
import type { DayWork, RunsState } from "./types.ts";

/** Takes days out of what is pending, with this error as their outcome. */
export function failDays(state: RunsState, works: readonly DayWork[], error: unknown): DayOutcome[] {
  state.pending = state.pending.filter((work) => !works.includes(work));
  return buildFailures(works, error);
}

/** One error as the outcome of several days. */
export function buildFailures(works: readonly DayWork[], error: unknown): DayOutcome[] {
  return works.map(({ extract: { day, family } }) => ({ day, family, error, generation: null }));
}
