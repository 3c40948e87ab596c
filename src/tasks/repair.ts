import type { PipelineFamily } from "../config/types.ts";
import type { Day } from "../days/day.ts";
import { exitCodes } from "../errors.ts";
import { applyRepair } from "../lake/apply-repair.ts";
import { findDue, type LakeState } from "../lake/find-due.ts";
import { findGenerations } from "../lake/find-generations.ts";
import { findOldRuns, type OldRun } from "../lake/find-old-runs.ts";
import { listHeads, readHeads } from "../lake/heads.ts";
import { planRepair, type RepairPlan } from "../lake/plan-repair.ts";
import type { DayPlan } from "../plan/types.ts";
import type { TaskContext, TaskOutput } from "./context.ts";
import { pauseAfter } from "./retry.ts";

/** What a repair found of one family, and what it removed (nothing in a dry run). */
export interface FamilyRepair {
  family: PipelineFamily;
  plan: RepairPlan;
  removed: number;
}

export interface RepairReport {
  families: FamilyRepair[];
  /** What runs elsewhere left, and nobody needs any more. */
  runs: OldRun[];
  output: TaskOutput;
}

/** Shows and cleans what crashes left and what nobody needs any more, in all of the pipeline's lake. */
export async function runRepair(context: TaskContext, how: "apply" | "show"): Promise<RepairReport> {
  const families: FamilyRepair[] = [];
  for (const family of context.pipeline.families) {
    const plan = await planFamily(context, family, "all");
    const removed = how === "apply" ? await applyFamily(context, family, plan) : 0;
    families.push({ family, plan, removed });
  }
  const runs = await findOldRuns(context.ports.store, context.environment.keepMs);
  if (how === "apply") await removeRuns(context, runs);
  return { families, runs, output: buildRepairOutput(context, families, runs) };
}

function removeRuns({ ports }: TaskContext, runs: readonly OldRun[]): Promise<void> {
  return ports.store.remove(runs.flatMap(({ keys }) => keys));
}

/** The last step of a run: cleans what earlier attempts left of these days. */
export async function repairDays(context: TaskContext, days: readonly DayPlan[]): Promise<void> {
  for (const family of context.pipeline.families) {
    const own = days
      .filter((planned) => planned.family.family === family.family)
      .map((planned) => planned.day);
    if (own.length === 0) continue;
    const plan = await planFamily(context, family, own);
    for (const text of plan.warnings) context.report({ event: "note", level: "warn", text });
    await applyFamily(context, family, plan);
  }
  const { job, store } = context.ports;
  if (job !== undefined) await removeRuns(context, await findOldRuns(store, context.environment.keepMs));
}

async function planFamily(
  context: TaskContext,
  family: PipelineFamily,
  days: readonly Day[] | "all",
): Promise<RepairPlan> {
  const { pipeline, environment, ports } = context;
  const { store } = ports;
  const stored =
    days === "all"
      ? await listHeads(store, pipeline.name, family.family)
      : await readHeads(store, pipeline.name, family.family, days);
  // After the heads: what is committed meanwhile is young, and never taken for a loss.
  const found = await findGenerations(store, pipeline.name, family.family, days);
  const heads = new Map([...stored].map(([day, { head }]) => [day, head]));
  const lake: LakeState = { heads, found, nowMs: await store.now(), keepMs: environment.keepMs };
  // Where nothing is due nobody is asked who still needs it: no warehouse is woken for that.
  if (findDue(lake).due.length === 0) return planRepair(lake, { ledger: [], partitions: null });
  const ledger = ports.warehouse === null ? null : await ports.warehouse.readLedger(family.table, "all");
  const partitions = ports.catalog === null ? null : await ports.catalog.readPartitions(family.table, "all");
  return planRepair(lake, { ledger, partitions });
}

async function applyFamily(context: TaskContext, family: PipelineFamily, plan: RepairPlan): Promise<number> {
  if (plan.items.length === 0) return 0;
  const { pipeline, environment, ports, signal } = context;
  const outcome = await applyRepair({
    store: ports.store,
    pipeline: pipeline.name,
    family: family.family,
    plan,
    unregister: async (generations) => ports.warehouse?.unregisterCold(family.table, generations),
    pause: pauseAfter({ policy: environment.retry, clock: ports.clock, signal }),
  });
  return outcome.removed.length;
}

function buildRepairOutput(
  context: TaskContext,
  families: readonly FamilyRepair[],
  runs: readonly OldRun[],
): TaskOutput {
  const removed = families.reduce((sum, { removed: count }) => sum + count, 0);
  const due = families.reduce((sum, { plan }) => sum + plan.items.length, 0);
  const isClean = due === 0 && runs.length === 0;
  return {
    exitCode: isClean ? exitCodes.nothing : exitCodes.done,
    line: {
      task: "repair",
      pipeline: context.pipeline.name,
      environment: context.environment.name,
      outcome: isClean ? "nothing to do" : "done",
      due,
      removed,
      runs: runs.length,
      warnings: families.flatMap(({ plan }) => plan.warnings),
    },
  };
}
