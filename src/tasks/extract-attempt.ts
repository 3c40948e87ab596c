import { isSameVersion, rankShardKind, type SourceVersion } from "../days/shards.ts";
import { exitCodes } from "../errors.ts";
import { growFamilySchema } from "../lake/family-schema.ts";
import { readHead } from "../lake/heads.ts";
import { buildHeldError } from "../lake/transitions.ts";
import type { Head, StoredHead } from "../lake/types.ts";
import type { DayPlan } from "../plan/types.ts";
import type { OpenShard } from "../ports.ts";
import { buildRecipe } from "../sql/build-recipe.ts";
import { hashRules } from "../sql/hash-rules.ts";
import type { Recipe } from "../sql/recipe.ts";
import type { DayResult, TaskContext } from "./context.ts";
import { checkShrunk, noteUnmatched } from "./extract-guards.ts";
import { buildRules } from "./rules.ts";

/** What one attempt at a day knows before the engine runs. */
export interface Attempt {
  context: TaskContext;
  planned: DayPlan;
  /** The head as it was before the source was looked at. */
  before: StoredHead | null;
  shard: OpenShard;
  recipe: Recipe;
  /** By the store's clock. */
  startedAtMs: number;
  /** By our own clock. */
  deadlineMs: number;
  /** Set where the rules are only tried. */
  sampleRows?: number;
}

/** How an attempt ended; `moved`: the source changed meanwhile, start over. */
export type Ended = DayResult | "moved";

/** Head, then source, in this order. @returns a result where nothing is left to extract; throws where a guard says no */
export async function prepareAttempt(context: TaskContext, planned: DayPlan): Promise<Attempt | DayResult> {
  const { pipeline, environment, ports } = context;
  const { family, day } = planned;
  const deadlineMs = ports.clock.now() + environment.keepMs / 2;
  const startedAtMs = await ports.store.now();
  const before = await readHead(ports.store, pipeline.name, family.family, day);
  if (before?.head.hold) throw buildHeldError(before.head);
  const shard = await openShard(context, planned);
  if (shard === null)
    return buildAlready(planned, "the shard vanished since it was planned: the next run sees");
  const rules = buildRules(context, planned);
  noteUnmatched(context, planned, shard);
  const settled = isAskedAgain(planned)
    ? null
    : findSettled(before?.head ?? null, shard.version, hashRules(rules));
  if (settled !== null) return buildAlready(planned, settled);
  checkShrunk(context, before, shard.version.rows, planned);
  const recipe = buildRecipe({ ...rules, pipelineFamily: family, schema: shard.schema });
  await growFamilySchema({
    store: ports.store,
    pipeline: pipeline.name,
    family: family.family,
    columns: recipe.columns,
    mode: pipeline.schema,
    shard: shard.version.table,
  });
  return { context, planned, before, shard, recipe, startedAtMs, deadlineMs };
}

/** @returns null where it vanished since it was planned */
export async function openShard(
  { pipeline, ports }: TaskContext,
  planned: DayPlan,
): Promise<OpenShard | null> {
  const action = planned.actions.find((candidate) => candidate.action === "extract");
  if (action === undefined) throw new Error(`${planned.day} was not planned to be extracted`);
  return ports.source.openShard(pipeline.property.dataset, action.shard.table, action.shard.kind);
}

function isAskedAgain(planned: DayPlan): boolean {
  return planned.actions.some((action) => action.action === "extract" && action.cause === "again");
}

/** Another run may have done it since the plan was made. @returns how, in words; null where it is still to be done */
export function findSettled(head: Head | null, version: SourceVersion, rulesDigest: string): string | null {
  if (head === null) return null;
  if (rankShardKind(version.kind) < rankShardKind(head.source.kind)) {
    return `a ${head.source.kind} shard stands already`;
  }
  const same = isSameVersion(head.source, version) && head.rulesDigest === rulesDigest;
  return same ? `extracted meanwhile by another run: generation ${head.generation}` : null;
}

export function buildAlready({ family, day }: DayPlan, reason: string): DayResult {
  return {
    task: "extract",
    family: family.family,
    day,
    outcome: "already",
    reason,
    exitCode: exitCodes.nothing,
  };
}
