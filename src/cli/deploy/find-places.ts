import type { Environment } from "../../config/types.ts";
import { ShardliftError } from "../../errors.ts";

/** Where an environment is deployed to; addresses end in a slash. */
export interface DeployPlaces {
  dags: string;
  config: string;
  region: string;
}

/** @throws ShardliftError `config` with the keys that are missing */
export function findPlaces({ orchestration, file }: Environment, env: NodeJS.ProcessEnv): DeployPlaces {
  const { airflow, runner } = orchestration;
  const region = airflow.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? "";
  const { dags } = airflow;
  const config = runner.config?.startsWith("s3://") ? runner.config : null;
  if (dags !== null && config !== null && region !== "") return { dags, config, region };
  const missing = [
    ...(dags === null ? ["airflow.dags: s3://<Airflow's bucket>/dags"] : []),
    ...(config === null ? ["runner.config: s3://<bucket>/<prefix>"] : []),
    ...(region === "" ? ["airflow.region, as the lake is not on S3"] : []),
  ];
  throw new ShardliftError("config", {
    failed: "The environment does not say where it is deployed to.",
    rule: "deploy puts DAG files at airflow.dags and the configuration below runner.config, both on S3",
    received: `${file} lacks ${missing.map((text) => text.split(/[:,]/, 1)[0]).join(", ")}`,
    remedy: `add ${missing.join("; ")}`,
  });
}
