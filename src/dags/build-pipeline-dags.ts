import type { Environment, Pipeline } from "../config/types.ts";
import { buildTask, buildWords, chainTasks, listPreparations, toSeconds } from "./build-task.ts";
import { describePipeline } from "./describe-dags.ts";
import { isFiringOften, pickFirstFiring } from "./first-firing.ts";
import type { DagEntry, FormField, TaskEntry } from "./manifest-schema.ts";

/** Shards this old are older than the exports themselves: nothing is before it. */
const firstExport = "2010-01-01";

const wholeChain = ["wait", "extract", "crawl", "load", "refresh", "prune", "reconcile"];

/** Today's rows are brought to the hot table; what is late, old or cold is the whole chain's matter. */
const intradayChain = ["extract", "crawl", "load"];

/** What nobody needs who has no warehouse. */
const warehouseCommands = ["load", "refresh", "prune"];

const fields: FormField[] = [
  {
    name: "days",
    schema: {
      type: ["null", "string"],
      pattern: "^\\d{4}-\\d{2}-\\d{2}(\\.\\.\\d{4}-\\d{2}-\\d{2})?$",
      title: "Days",
      description: "2026-11-20 or 2026-11-01..2026-11-20; without it the last days, as on schedule",
    },
    default: null,
  },
  {
    name: "accept",
    schema: { type: "boolean", title: "Accept", description: "Take shards that shrank to less than half" },
    default: false,
  },
];

const form: TaskEntry["form"] = [
  { param: "days", flag: "--days", as: "value" },
  { param: "accept", flag: "--accept", as: "switch" },
];

/**
 * The DAGs of a pipeline: the whole chain, and where intraday shards are taken several times a day, that as a DAG of
 * its own. Then the whole chain runs once a day: it waits for late days, and nobody's intraday rows wait with it.
 */
export function buildPipelineDags(pipeline: Pipeline, environment: Environment): DagEntry[] {
  const { schedule } = pipeline;
  const takesIntraday = pipeline.families.some(({ shards }) => shards.includes("intraday"));
  if (!takesIntraday || schedule === null || !isFiringOften(schedule)) {
    return [buildDag(pipeline, environment, { kind: "whole", chain: wholeChain, schedule })];
  }
  return [
    buildDag(pipeline, environment, {
      kind: "whole",
      chain: wholeChain,
      schedule: pickFirstFiring(schedule),
    }),
    buildDag(pipeline, environment, { kind: "intraday", chain: intradayChain, schedule }),
  ];
}

interface DagShape {
  kind: "whole" | "intraday";
  chain: readonly string[];
  schedule: string | null;
}

function buildDag(pipeline: Pipeline, environment: Environment, shape: DagShape): DagEntry {
  const { kind, chain, schedule } = shape;
  const steps = chain.filter((command) => hasWarehouse(environment) || !warehouseCommands.includes(command));
  const commands = [...listPreparations(environment), ...steps];
  return {
    id: kind === "whole" ? `shardlift__${pipeline.name}` : `shardlift__${pipeline.name}__intraday`,
    kind,
    pipeline: pipeline.name,
    ...describePipeline(pipeline, environment, kind),
    schedule,
    start: pipeline.property.start ?? firstExport,
    tags: ["shardlift", environment.name, kind],
    owner: pipeline.owner,
    // A run by hand need not wait behind one that waits for a late day; each day is moved by one of them.
    max_active_runs: 2,
    max_active_tasks: 4,
    fields,
    backfill: { flag: "--days", time_zone: pipeline.property.timeZone },
    tasks: chainTasks(commands.map((command) => buildStep(command, pipeline, environment))),
  };
}

function buildStep(command: string, pipeline: Pipeline, environment: Environment): TaskEntry {
  const words = buildWords(command, environment, pipeline, ...(command === "reconcile" ? ["--json"] : []));
  const accepts = command !== "reconcile";
  return buildTask(environment, {
    id: command,
    argv: words,
    form: accepts ? form : form.filter(({ param }) => param !== "accept"),
    outlets: command === findShowing(environment) ? listOutlets(pipeline, environment) : [],
    ...(command === "wait" ? buildPatience(pipeline) : {}),
    ...(command === "reconcile" ? underWay : {}),
  });
}

function hasWarehouse({ warehouse }: Environment): boolean {
  return warehouse.type !== "none";
}

/** The command after which those who follow a table see its new days. */
function findShowing(environment: Environment): string {
  if (hasWarehouse(environment)) return "load";
  return environment.catalog.type === "none" ? "extract" : "crawl";
}

/**
 * Another run may be bringing in a day that is counted just now. What stays behind for longer is cold of a day under way,
 * which the next whole run refreshes.
 */
const underWay = { patience_seconds: 3600, after_patience: "go-on" } as const;

/** A run waits as long as a day may be late. Then it does what can be done; the next run goes on waiting. */
function buildPatience({ lateAfterMs }: Pipeline): Partial<TaskEntry> {
  return { patience_seconds: toSeconds(lateAfterMs), after_patience: "go-on", tells_missing: true };
}

function listOutlets({ families }: Pipeline, { name }: Environment): TaskEntry["outlets"] {
  return families.map(({ table: { schema, table } }) => ({
    name: `${name}.${schema}.${table}`.toLowerCase(),
    // No address by its form: Airflow would import providers to check one, at each parse.
    uri: `shardlift/${name}/${schema}/${table}`.toLowerCase(),
    table: `${schema}.${table}`,
  }));
}
