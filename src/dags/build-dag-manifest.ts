import type { Environment, Pipeline } from "../config/types.ts";
import { buildBackfillDag } from "./build-backfill-dag.ts";
import { buildPipelineDags } from "./build-pipeline-dags.ts";
import { buildSweepDag } from "./build-sweep-dag.ts";
import { type DagManifest, manifestSchema, manifestVersion } from "./manifest-schema.ts";

/**
 * All that Airflow draws: two DAGs at most for each pipeline, the sweep, and the backfill. The same configuration
 * gives the same manifest.
 * @param release version of Shardlift
 */
export function buildDagManifest(
  pipelines: readonly Pipeline[],
  environment: Environment,
  release: string,
): DagManifest {
  const sorted = pipelines.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const common =
    sorted.length === 0 ? [] : [buildSweepDag(sorted, environment), buildBackfillDag(sorted, environment)];
  return manifestSchema.parse({
    version: manifestVersion,
    shardlift: release,
    environment: environment.name,
    runner: buildRunner(environment),
    alerts: environment.orchestration.alerts,
    dags: [...sorted.flatMap((pipeline) => buildPipelineDags(pipeline, environment)), ...common],
  } satisfies DagManifest);
}

function buildRunner({ orchestration: { runner } }: Environment): DagManifest["runner"] {
  const variables: Record<string, string> = runner.config === null ? {} : { SHARDLIFT_CONFIG: runner.config };
  if (runner.type === "bash") return { type: "bash", command: runner.command, variables };
  const { type, cluster, container, subnets, region } = runner;
  return {
    ...{ type, cluster, container, subnets, region, variables },
    task_definition: runner.taskDefinition,
    security_groups: runner.securityGroups,
    log_group: runner.logGroup,
    log_prefix: runner.logPrefix,
  };
}
