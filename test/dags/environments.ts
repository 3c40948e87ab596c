import { parseEnvironment } from "../../src/config/parse-environment.ts";
import type { Environment } from "../../src/config/types.ts";

const onOneMachine = [
  "source: { type: files, root: ./source }",
  "lake: { type: folder, root: ./lake }",
  "warehouse: { type: duckdb, path: ./w.duckdb }",
];

/** Keys of an environment where Glue is the engine. */
const overGlue = [
  "source: { type: files, root: 's3://shop-exports/bigquery/' }",
  "lake: { type: s3, bucket: shop-lake, prefix: shardlift, region: eu-central-1 }",
  "engine: { type: glue, job: shardlift-prod, role: 'arn:aws:iam::123456789012:role/shardlift-glue' }",
  "catalog: { type: glue }",
  "warehouse:",
  "  { type: snowflake, account: myorg-shop, user: U, auth: workload_identity, role: R, warehouse: W, database: D,",
  "    stage: D.S.LAKE, integration: I, lake_url: 's3://shop-lake/shardlift/' }",
];

/** A lake on S3 that Athena alone reads. */
export const lakeAlone = [
  "source: { type: files, root: ./source }",
  "lake: { type: s3, bucket: shop-lake, region: eu-central-1 }",
  "catalog: { type: glue }",
  "warehouse: { type: none }",
];

export const ecsRunner = [
  "runner: { type: ecs, cluster: shardlift, task_definition: 'shardlift:7', container: command,",
  "  subnets: [subnet-0a1b2c3d], security_groups: [sg-0a1b2c3d], log_group: /ecs/shardlift, log_prefix: lift,",
  "  config: 's3://shop-shardlift/config/0a1b' }",
];

/** An environment by the lines of its file. */
export function readLines(lines: readonly string[]): Environment {
  const origin = { file: "environments/prod.yaml", name: "prod", root: "/config" };
  const { environment, issues } = parseEnvironment(`${lines.join("\n")}\n`, origin);
  if (environment === null) throw new Error(JSON.stringify(issues, null, 2));
  return environment;
}

export function buildLocal(...lines: string[]): Environment {
  return readLines([...onOneMachine, ...lines]);
}

export function buildGlue(...lines: string[]): Environment {
  return readLines([...overGlue, ...lines]);
}
