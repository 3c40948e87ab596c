import { buildPlan } from "../plan/build-plan.ts";
import type { Plan } from "../plan/types.ts";
import type { TaskContext } from "./context.ts";
import { type Facts, type FactsWanted, readFacts } from "./read-facts.ts";

/** Reads the facts and plans: the list that every command reads. Changes nothing. */
export async function runPlan(context: TaskContext, wanted: FactsWanted = { from: "source" }): Promise<Plan> {
  const { pipeline, ports, choices } = context;
  const facts = await readFacts(context, wanted);
  return buildPlan({
    pipeline: pipeline.name,
    timeZone: pipeline.property.timeZone,
    lateAfterMs: pipeline.lateAfterMs,
    retentionDays: pipeline.retentionDays,
    lookbackDays: pipeline.lookbackDays,
    maxRead: pipeline.maxRead,
    nowMs: ports.clock.now(),
    range: facts.range,
    families: facts.families,
    catalog: ports.catalog !== null,
    warehouse: ports.warehouse !== null,
    storeNowMs: await readStoreNow(context, facts),
    accept: choices.accept,
    again: choices.again,
    scope: wanted.from === "heads" ? "readers" : choices.only,
  });
}

/** Asked for only where a head has an intent to be judged: an unchanged day costs nothing more. */
async function readStoreNow({ ports }: TaskContext, { families }: Facts): Promise<number | null> {
  const hasIntents = families.some(({ days }) => days.some(({ head }) => (head?.pointing.length ?? 0) > 0));
  return ports.catalog !== null && hasIntents ? ports.store.now() : null;
}
