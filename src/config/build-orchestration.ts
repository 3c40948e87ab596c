import { buildReference } from "./build-reference.ts";
import type { EnvironmentFile } from "./environment-schema.ts";
import type { Alerts, Orchestration, Runner } from "./types.ts";

/** What schedulers take, from a file whose rules all hold. */
export function buildOrchestration(raw: EnvironmentFile, root: string): Orchestration {
  const { sweep, pool, retries, retry_delay: retryDelayMs, poke, dags, region } = raw.airflow;
  return {
    runner: buildRunner(raw),
    alerts: buildAlerts(raw.alerts, root),
    airflow: {
      ...{ sweep, pool, retries, retryDelayMs, pokeMs: poke },
      dags: dags ?? null,
      region: region ?? (raw.lake.type === "s3" ? raw.lake.region : null),
    },
  };
}

function buildRunner({ runner, lake }: EnvironmentFile): Runner {
  if (runner.type === "bash") {
    return { type: "bash", command: runner.command, config: runner.config ?? null };
  }
  const { type, cluster, container, subnets } = runner;
  return {
    ...{ type, cluster, container, subnets },
    taskDefinition: runner.task_definition,
    securityGroups: runner.security_groups,
    logGroup: runner.log_group,
    logPrefix: runner.log_prefix,
    // A rule has seen to it that the lake is on S3.
    region: runner.region ?? (lake.type === "s3" ? lake.region : ""),
    config: runner.config ?? null,
  };
}

function buildAlerts(raw: EnvironmentFile["alerts"], root: string): Alerts {
  switch (raw.type) {
    case "none":
      return { type: "none" };
    case "webhook":
      return { type: "webhook", url: buildReference(raw.url, root) };
    case "sns":
      return { type: "sns", topic: raw.topic };
    default:
      throw new Error(`no such alerts: ${raw satisfies never}`);
  }
}
