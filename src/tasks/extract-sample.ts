import { formatCount } from "../plan/format.ts";
import type { DayPlan } from "../plan/types.ts";
import type { GenerationReport, ShardPart } from "../ports.ts";
import { buildRecipe } from "../sql/build-recipe.ts";
import type { DayResult, TaskContext, TaskOutput } from "./context.ts";
import { type Attempt, buildAlready, openShard } from "./extract-attempt.ts";
import { runEngine } from "./extract-engine.ts";
import { noteUnmatched } from "./extract-guards.ts";
import { buildDone, buildFailed, buildOutput, isStop } from "./output.ts";
import { runPlan } from "./plan.ts";
import { buildRules } from "./rules.ts";

/** What became of some rows of one day. */
export interface DaySample {
  planned: DayPlan;
  /** Table that the rows are from. */
  table: string;
  report: GenerationReport;
}

export interface SampleReport {
  samples: DaySample[];
  output: TaskOutput;
}

/**
 * Tries the pipeline's rules on some rows of each day that has a shard, changed or not, in files apart. Nothing is
 * committed: no head, no manifest and no schema is touched, whatever the rows are. Without `--days` it is the newest day
 * of each family.
 * @param rows source rows of each day, at most
 */
export async function runSample(context: TaskContext, rows: number): Promise<SampleReport> {
  const days = await chooseDays(context);
  const bytes = days.reduce((sum, day) => sum + day.bytes, 0);
  context.report({ event: "task", task: "extract", days: days.length, bytes });
  const results = new Map<DayPlan, DayResult>();
  const samples: DaySample[] = [];
  const end = (planned: DayPlan, result: DayResult) => {
    results.set(planned, result);
    context.report({ event: "day", task: "extract", result, bytes: planned.bytes });
  };
  const attempts = await prepareAttempts(context, days, rows, end);
  for await (const { attempt, outcome } of runEngine(context, attempts)) {
    const { planned, shard } = attempt;
    if ("error" in outcome) {
      end(planned, fail(context, planned, outcome.error));
      continue;
    }
    samples.push({ planned, table: shard.version.table, report: outcome.report });
    end(planned, buildDone("extract", planned, describe(outcome.report), outcome.report.balance.written));
  }
  const told = samples.map((sample) => describeSample(context, sample));
  const ordered = days.map((planned) => results.get(planned)!);
  return { samples, output: buildOutput("extract", context, ordered, { sample: told }) };
}

/** Days whose shard could be read now, as `--again --accept` would. */
async function chooseDays(context: TaskContext): Promise<DayPlan[]> {
  const choices = { ...context.choices, again: true, accept: true };
  const { days } = await runPlan({ ...context, choices });
  const readable = days.filter(({ actions }) => actions.some(({ action }) => action === "extract"));
  if (context.selection.select !== "lookback") return readable;
  const isNewest = ({ family, day }: DayPlan) =>
    !readable.some((other) => other.family.family === family.family && other.day > day);
  return readable.filter(isNewest);
}

async function prepareAttempts(
  context: TaskContext,
  days: readonly DayPlan[],
  sampleRows: number,
  end: (planned: DayPlan, result: DayResult) => void,
): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (const planned of days) {
    context.signal.throwIfAborted();
    try {
      const attempt = await prepareAttempt(context, planned, sampleRows);
      if (attempt !== null) attempts.push(attempt);
      else end(planned, buildAlready(planned, "the shard vanished since it was planned"));
    } catch (error) {
      end(planned, fail(context, planned, error));
    }
  }
  return attempts;
}

async function prepareAttempt(
  context: TaskContext,
  planned: DayPlan,
  sampleRows: number,
): Promise<Attempt | null> {
  const { environment, ports } = context;
  const startedAtMs = ports.clock.now();
  const shard = await openShard(context, planned);
  if (shard === null) return null;
  noteUnmatched(context, planned, shard);
  const rules = buildRules(context, planned);
  return {
    context,
    planned,
    before: null,
    shard: { ...shard, parts: chooseLargest(shard.parts) },
    recipe: buildRecipe({ ...rules, pipelineFamily: planned.family, schema: shard.schema }),
    startedAtMs,
    deadlineMs: startedAtMs + environment.keepMs / 2,
    sampleRows,
  };
}

/** One file is enough, and the others need not be fetched. */
function chooseLargest(parts: readonly ShardPart[]): ShardPart[] {
  return parts.toSorted((a, b) => b.bytes - a.bytes).slice(0, 1);
}

/** Signals end the whole command. */
function fail({ signal }: TaskContext, planned: DayPlan, error: unknown): DayResult {
  if (signal.aborted) throw signal.reason;
  if (isStop(error)) throw error;
  return buildFailed("extract", planned, error);
}

function describe({ balance }: GenerationReport): string {
  const duplicates = balance.duplicates.exact + balance.duplicates.conflicting;
  return `a sample, not committed: ${formatCount(balance.source)} read, ${formatCount(balance.written)} written, ${formatCount(duplicates)} duplicates, ${formatCount(balance.filtered)} filtered`;
}

function describeSample(
  { ports }: TaskContext,
  { planned, table, report }: DaySample,
): Record<string, unknown> {
  const { files, duplicatesFiles, balance, columns, nonNull, run } = report;
  return {
    family: planned.family.family,
    day: planned.day,
    table,
    location: ports.store.location,
    files: files.map(({ key }) => key),
    duplicatesFiles: duplicatesFiles.map(({ key }) => key),
    balance,
    columns: columns.map(({ name, type, mode }) => ({ name, type, mode, nonNull: nonNull[name] })),
    ...(run === undefined ? {} : { run }),
  };
}
