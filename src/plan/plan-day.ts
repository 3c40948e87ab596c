import type { Day } from "../days/day.ts";
import { families } from "../days/families.ts";
import { isHot } from "../days/lifecycle.ts";
import { planExtract } from "./plan-extract.ts";
import { planReaders } from "./plan-readers.ts";
import { readState } from "./read-state.ts";
import type { Action, DayFacts, DayPlan, FamilyFacts, PlanInput } from "./types.ts";

export interface DayInput {
  facts: DayFacts;
  family: FamilyFacts;
  today: Day;
  input: PlanInput;
}

/** Compares source, lake, warehouse, cold and policy for one day. */
export function planDay(dayInput: DayInput): DayPlan {
  const { facts, family, today, input } = dayInput;
  const hot = isHot(facts.day, today, input.retentionDays);
  const state = readState({
    facts,
    family: families[family.family.family],
    today,
    nowMs: input.nowMs,
    timeZone: input.timeZone,
    lateAfterMs: input.lateAfterMs,
  });
  const first: Action =
    input.scope === "readers" || facts.leaving
      ? { action: "none", reason: "every reader shows the head's generation" }
      : planExtract({
          facts,
          state,
          rulesDigest: family.rulesDigest,
          accept: input.accept,
          again: input.again,
        });
  const actions = [
    first,
    ...planReaders({
      facts,
      extracts: first.action === "extract",
      hot,
      catalog: input.catalog,
      warehouse: input.warehouse,
      storeNowMs: input.storeNowMs,
      again: input.again,
    }),
  ];
  return {
    family: family.family,
    day: facts.day,
    state,
    kind: facts.version?.kind ?? facts.head?.source.kind ?? null,
    rows: facts.version?.rows ?? null,
    bytes: facts.version?.bytes ?? 0,
    loadedRows: facts.head?.rows.written ?? null,
    hot,
    actions: withoutIdle(actions),
  };
}

/** `none` is said only where nothing else is. */
function withoutIdle(actions: Action[]): Action[] {
  const busy = actions.filter((action) => action.action !== "none");
  return busy.length > 0 ? busy : actions.slice(0, 1);
}
