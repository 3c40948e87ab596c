import { isSameVersion, rankShardKind, type SourceVersion } from "../days/shards.ts";
import { exitCodes, ShardliftError } from "../errors.ts";
import { commitGeneration } from "../lake/commit.ts";
import { buildLostRaceError, type CommitOutcome } from "../lake/commit-outcome.ts";
import { growFamilySchema } from "../lake/family-schema.ts";
import { readHead } from "../lake/heads.ts";
import { dayPrefix, duplicatesDayPrefix } from "../lake/keys.ts";
import { removeGeneration } from "../lake/remove-generation.ts";
import { buildHeldError } from "../lake/transitions.ts";
import type { Head, StoredHead } from "../lake/types.ts";
import { formatCount } from "../plan/format.ts";
import type { DayPlan } from "../plan/types.ts";
import type { DayExtract, GenerationReport, OpenShard } from "../ports.ts";
import { buildRecipe } from "../sql/build-recipe.ts";
import { hashRules } from "../sql/hash-rules.ts";
import type { Recipe } from "../sql/recipe.ts";
import type { DayResult, TaskContext } from "./context.ts";
import { checkFiltered, checkShrunk, noteUnmatched } from "./extract-guards.ts";
import { buildDone, buildFailed, isStop } from "./output.ts";
import { pauseAfter } from "./retry.ts";
import { buildRules } from "./rules.ts";

/** A shard that keeps moving while it is read is being written: the next run has a better chance. */
const maxAttempts = 3;

/**
 * Extracts the days of a plan, one after another, and commits their heads. A day that fails keeps its former
 * generation and does not stop the others; only SIGINT and SIGTERM do.
 */
export async function extractDays(context: TaskContext, days: readonly DayPlan[]): Promise<DayResult[]> {
  const results: DayResult[] = [];
  for (const planned of days) {
    context.signal.throwIfAborted();
    const result = await extractDay(context, planned);
    context.report({ event: "day", task: "extract", result, bytes: planned.bytes });
    results.push(result);
  }
  return results;
}

async function extractDay(context: TaskContext, planned: DayPlan): Promise<DayResult> {
  try {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const result = await attemptDay(context, planned);
      if (result !== "moved") return result;
    }
    throw buildMovingError(planned);
  } catch (error) {
    if (context.signal.aborted) throw context.signal.reason;
    if (isStop(error)) throw error;
    return buildFailed("extract", planned, error);
  }
}

/** What one attempt at a day knows before the engine runs. */
interface Attempt {
  context: TaskContext;
  planned: DayPlan;
  /** The head as it was before the source was looked at. */
  before: StoredHead | null;
  shard: OpenShard;
  recipe: Recipe;
  startedAtMs: number;
}

/** One attempt: head, source, engine, commit, in this order. `moved`: the source changed meanwhile, start over. */
async function attemptDay(context: TaskContext, planned: DayPlan): Promise<DayResult | "moved"> {
  const { pipeline, ports } = context;
  const { family, day } = planned;
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
  const attempt = { context, planned, before, shard, recipe, startedAtMs };
  return commitReport(attempt, await runEngine(attempt));
}

async function openShard({ pipeline, ports }: TaskContext, planned: DayPlan): Promise<OpenShard | null> {
  const action = planned.actions.find((candidate) => candidate.action === "extract");
  if (action === undefined) throw new Error(`${planned.day} was not planned to be extracted`);
  return ports.source.openShard(pipeline.property.dataset, action.shard.table, action.shard.kind);
}

function isAskedAgain(planned: DayPlan): boolean {
  return planned.actions.some((action) => action.action === "extract" && action.cause === "again");
}

/** Another run may have done it since the plan was made. */
function findSettled(head: Head | null, version: SourceVersion, rulesDigest: string): string | null {
  if (head === null) return null;
  if (rankShardKind(version.kind) < rankShardKind(head.source.kind)) {
    return `a ${head.source.kind} shard stands already`;
  }
  const same = isSameVersion(head.source, version) && head.rulesDigest === rulesDigest;
  return same ? `extracted meanwhile by another run: generation ${head.generation}` : null;
}

async function runEngine({ context, planned, shard, recipe }: Attempt): Promise<GenerationReport> {
  const { pipeline, environment, ports, signal } = context;
  const { family, day } = planned;
  const extract: DayExtract = {
    pipeline: pipeline.name,
    family: family.family,
    day,
    shard,
    recipe,
    prefix: dayPrefix(pipeline.name, family.family, day),
    duplicatesPrefix: family.keepDuplicates ? duplicatesDayPrefix(pipeline.name, family.family, day) : null,
    deadlineMs: ports.clock.now() + environment.keepMs / 2,
  };
  const onRows = (rows: number, bytes: number) =>
    context.report({ event: "rows", task: "extract", family: family.family, day, rows, bytes });
  const engine = ports.engine.extract([extract], {
    signal,
    onRows: (_day, _family, rows, bytes) => onRows(rows, bytes),
  });
  for await (const outcome of engine) {
    if ("error" in outcome) throw outcome.error;
    return outcome.report;
  }
  throw new Error(`the engine ${ports.engine.name} gave no outcome for ${day}`);
}

async function commitReport(attempt: Attempt, report: GenerationReport): Promise<DayResult | "moved"> {
  const { context, planned, before, shard, recipe, startedAtMs } = attempt;
  const { pipeline, environment, ports } = context;
  const { family, day } = planned;
  await refuseShrunk(attempt, report);
  const { table, kind } = shard.version;
  const outcome = await commitGeneration({
    store: ports.store,
    pipeline: pipeline.name,
    family: family.family,
    day,
    before,
    report,
    source: shard.version,
    rulesDigest: recipe.rulesDigest,
    formula: recipe.formula,
    recheckSource: () => ports.source.readVersion(pipeline.property.dataset, table, kind, shard.version),
    countRows: null,
    startedAtMs,
    keepMs: environment.keepMs,
    pause: pauseAfter({ policy: environment.retry, clock: ports.clock, signal: context.signal }),
  });
  return readOutcome(attempt, outcome);
}

function readOutcome({ context, planned, shard }: Attempt, outcome: CommitOutcome): DayResult | "moved" {
  switch (outcome.outcome) {
    case "committed": {
      const { balance } = outcome.manifest;
      const duplicates = balance.duplicates.exact + balance.duplicates.conflicting;
      const reason = `${formatCount(balance.source)} read, ${formatCount(balance.written)} written, ${formatCount(duplicates)} duplicates, ${formatCount(balance.filtered)} filtered`;
      return buildDone("extract", planned, reason, balance.written);
    }
    case "source-moved":
      return "moved";
    case "held":
      throw buildHeldError(outcome.head);
    case "lost": {
      const settled = findSettled(outcome.winner, shard.version, hashRules(buildRules(context, planned)));
      if (settled !== null) return buildAlready(planned, settled);
      throw buildLostRaceError(planned.day, outcome.winner);
    }
    default:
      return outcome satisfies never;
  }
}

/** Sources that cannot count without reading are judged by what was read; the rows go, the former ones stay. */
async function refuseShrunk({ context, planned, before }: Attempt, report: GenerationReport): Promise<void> {
  try {
    checkShrunk(context, before, report.balance.source, planned);
    checkFiltered(context, before, report.balance.written, planned);
  } catch (error) {
    const { pipeline, ports } = context;
    await removeGeneration(ports.store, pipeline.name, planned.family.family, planned.day, report.generation);
    throw error;
  }
}

function buildAlready({ family, day }: DayPlan, reason: string): DayResult {
  return {
    task: "extract",
    family: family.family,
    day,
    outcome: "already",
    reason,
    exitCode: exitCodes.nothing,
  };
}

function buildMovingError({ day }: DayPlan): ShardliftError {
  return new ShardliftError(
    "not-ready",
    {
      failed: `The shard of ${day} changed ${maxAttempts} times while it was read.`,
      rule: "a day is committed only where its shard stood still while it was read",
      remedy: "run again later: it is being written right now",
    },
    { retryable: true },
  );
}
