import type { Environment, Pipeline } from "../config/types.ts";
import { buildTask, buildWords, listPreparations } from "./build-task.ts";
import { backfillDescription } from "./describe-dags.ts";
import type { DagEntry, FormField, TaskEntry } from "./manifest-schema.ts";

/** What Airflow maps at most (`core.max_map_length`). */
const maxBatches = 1024;
const hourSeconds = 3600;

/** A form that becomes a plan, and the plan's batches as mapped tasks. */
export function buildBackfillDag(pipelines: readonly Pipeline[], environment: Environment): DagEntry {
  return {
    id: "shardlift__backfill",
    kind: "backfill",
    pipeline: null,
    ...backfillDescription,
    schedule: null,
    start: "2020-01-01",
    tags: ["shardlift", environment.name, "backfill"],
    owner: "shardlift",
    max_active_runs: 4,
    max_active_tasks: 16,
    fields: buildFields(pipelines),
    backfill: null,
    tasks: buildTasks(environment),
  };
}

function buildFields(pipelines: readonly Pipeline[]): FormField[] {
  const day = (title: string) => ({ type: "string", format: "date", title });
  const names = pipelines.map(({ name }) => name);
  return [
    { name: "pipeline", schema: { type: "string", enum: names, title: "Pipeline" } },
    { name: "first_day", schema: day("First day") },
    { name: "last_day", schema: day("Last day") },
    {
      name: "order",
      schema: { type: "string", enum: ["newest", "oldest"], title: "Which batches come first" },
      default: "newest",
    },
    {
      name: "batch_days",
      schema: { type: "integer", minimum: 1, maximum: 366, title: "Days of a batch" },
      default: 30,
    },
    {
      name: "at_once",
      schema: { type: "integer", minimum: 1, maximum: 16, title: "Batches at once" },
      default: 2,
    },
    {
      name: "dry_run",
      schema: { type: "boolean", title: "Dry run", description: "Only tell what would be done" },
      default: false,
    },
    {
      name: "go_on",
      schema: { type: "boolean", title: "Go on", description: "Although a batch reads more than max_read" },
      default: false,
    },
  ];
}

const pipelineFlag = { param: "pipeline", flag: "--pipeline", as: "value" } as const;

function buildTasks(environment: Environment): TaskEntry[] {
  const preparations = listPreparations(environment).map((command, index, all) =>
    buildTask(environment, {
      id: command,
      argv: buildWords(command, environment, null),
      form: [pipelineFlag],
      after: index === 0 ? ["plan"] : [all[index - 1]!],
    }),
  );
  return [buildPlanTask(environment), ...preparations, buildBatchTask(environment, preparations.at(-1)?.id)];
}

function buildPlanTask(environment: Environment): TaskEntry {
  return buildTask(environment, {
    id: "plan",
    argv: buildWords("batches", environment, null, "--at-most", String(maxBatches)),
    form: [
      pipelineFlag,
      { param: "first_day", flag: "--first-day", as: "value" },
      { param: "last_day", flag: "--last-day", as: "value" },
      { param: "order", flag: "--order", as: "value" },
      { param: "batch_days", flag: "--batch-days", as: "value" },
      { param: "dry_run", flag: "--dry-run", as: "switch" },
    ],
    result: "batches",
  });
}

function buildBatchTask(environment: Environment, prepared: string | undefined): TaskEntry {
  return buildTask(environment, {
    id: "batch",
    argv: buildWords("backfill", environment, null, "--json"),
    form: [pipelineFlag, { param: "go_on", flag: "--yes", as: "switch" }],
    after: prepared === undefined ? ["plan"] : ["plan", prepared],
    spread: { task: "plan", flag: "--days", at_once: "at_once" },
    pool: environment.orchestration.airflow.pool,
    // A day that is not there yet holds up no backfill: the scheduled runs wait for it.
    patience_seconds: hourSeconds,
    after_patience: "go-on",
  });
}
