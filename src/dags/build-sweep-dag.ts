import type { Environment, Pipeline } from "../config/types.ts";
import { buildTask, buildWords, chainTasks, listPreparations } from "./build-task.ts";
import { sweepDescription } from "./describe-dags.ts";
import type { DagEntry, TaskEntry } from "./manifest-schema.ts";

const hourSeconds = 3600;

/** One DAG that looks at all days of all pipelines, each pipeline by itself. */
export function buildSweepDag(pipelines: readonly Pipeline[], environment: Environment): DagEntry {
  return {
    id: "shardlift__sweep",
    kind: "sweep",
    pipeline: null,
    ...sweepDescription,
    schedule: environment.orchestration.airflow.sweep,
    start: "2020-01-01",
    tags: ["shardlift", environment.name, "sweep"],
    owner: "shardlift",
    max_active_runs: 1,
    max_active_tasks: 4,
    fields: [],
    backfill: null,
    tasks: pipelines.flatMap((pipeline) => buildChain(pipeline, environment)),
  };
}

function buildChain(pipeline: Pipeline, environment: Environment): TaskEntry[] {
  const { pool } = environment.orchestration.airflow;
  const preparations = listPreparations(environment).map((command) =>
    buildTask(environment, {
      id: `${command}__${pipeline.name}`,
      argv: buildWords(command, environment, pipeline),
    }),
  );
  const sweep = buildTask(environment, {
    id: `sweep__${pipeline.name}`,
    argv: buildWords("run", environment, pipeline, "--all", "--json"),
    pool,
    // The latest day may not be there yet; that is the daily chain's matter, not this one's.
    poke_seconds: hourSeconds,
    patience_seconds: 2 * hourSeconds,
    after_patience: "go-on",
  });
  return chainTasks([...preparations, sweep]);
}
