import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import type { ObjectStore } from "../ports.ts";
import type { DueGeneration } from "./find-due.ts";
import { isInHistory } from "./head.ts";
import type { RepairPlan } from "./plan-repair.ts";
import { removeGeneration } from "./remove-generation.ts";
import { swapHead } from "./swap-head.ts";
import { forgetGenerations, raiseFence } from "./transitions.ts";
import type { Head } from "./types.ts";

export interface RepairInput {
  store: ObjectStore;
  pipeline: string;
  family: FamilyName;
  plan: RepairPlan;
  /** Takes generations out of catalog and cold inventory; unknown ones are no error. */
  unregister(generations: readonly { day: Day; generation: string }[]): Promise<void>;
  /** Waits before asking again after the n-th fault. */
  pause(fault: number): Promise<void>;
}

export interface RepairOutcome {
  removed: DueGeneration[];
  /** Came back meanwhile (a rollback), or its head vanished. */
  skipped: DueGeneration[];
}

/**
 * Does what was planned, in the order that is safe to be cut short anywhere: out of `history`, so that no rollback
 * takes it any more; unregistered, so that no reader lists it; then its files, and its manifest last. A repair
 * after a crash finds the rest as generations in no history.
 */
export async function applyRepair(input: RepairInput): Promise<RepairOutcome> {
  const outcome: RepairOutcome = { removed: [], skipped: [] };
  for (const [day, items] of groupByDay(input.plan.items)) {
    const gone = await forget(input, day, items);
    outcome.removed.push(...gone);
    outcome.skipped.push(...items.filter((item) => !gone.includes(item)));
  }
  if (outcome.removed.length === 0) return outcome;
  await input.unregister(outcome.removed.map(({ day, generation }) => ({ day, generation })));
  for (const { day, generation } of outcome.removed) {
    await removeGeneration(input.store, input.pipeline, input.family, day, generation);
  }
  return outcome;
}

/** @returns those that are in no history now, for certain, and that no swap under way can bring there. */
async function forget(input: RepairInput, day: Day, items: DueGeneration[]): Promise<DueGeneration[]> {
  const { store, pipeline, family, plan, pause } = input;
  const ids = items.map(({ generation }) => generation);
  const neverCommitted = items.filter(({ cause }) => cause === "never committed");
  const change = (head: Head): Head => {
    const forgotten = forgetGenerations(head, ids, plan.untilMs);
    const isNeeded = neverCommitted.some(({ generation }) => !isInHistory(head, generation));
    return isNeeded ? raiseFence(forgotten) : forgotten;
  };
  const stored = await swapHead(store, pipeline, family, day, change, pause);
  // Without a head only what never had a manifest was surely never committed (see `findDue`).
  if (stored === null) return items.filter(({ hasManifest }) => !hasManifest);
  return items.filter(({ generation }) => !isInHistory(stored.head, generation));
}

function groupByDay(items: readonly DueGeneration[]): Map<Day, DueGeneration[]> {
  const days = new Map<Day, DueGeneration[]>();
  for (const item of items) days.set(item.day, [...(days.get(item.day) ?? []), item]);
  return days;
}
