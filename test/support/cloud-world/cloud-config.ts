import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { demoTables } from "../../../src/cli/demo/demo-config.ts";
import type { DemoProperty } from "../../../src/generate/demo-types.ts";
import { credentials } from "../aws-servers.ts";
import { extractsBucket, googleAudience, googleProject } from "./cloud-google.ts";

/** Where the stand-ins answer. */
export interface CloudEndpoints {
  s3: string;
  glue: string;
  snowflakePort: number;
  /** Where exports are tables of BigQuery; null: files on S3. */
  google: { rest: string; read: string } | null;
}

/** How one environment differs from another. */
interface CloudChoices {
  /** Of its lake, and of its jobs' names. */
  prefix: string;
  /** Where extract jobs write; null: rows come as streams. */
  extracts: string | null;
}

export const lakeBucket = "shop-lake";
export const exportsBucket = "shop-exports";
/** Below which exports lie in their bucket, and rows in the lake's. */
export const exportsPrefix = "bigquery";
export const lakePrefix = "shardlift";
/** The lake of the environment `extracts`, in the same bucket. */
export const extractsLakePrefix = "shardlift-extracts";

/**
 * The demo's pipelines, with an environment in the cloud and its twin on one machine, over the same shards. Where they are
 * tables of BigQuery, the environment `extracts` reads them by extract jobs, into a lake of its own.
 */
export async function writeCloudConfig(
  folder: string,
  properties: readonly DemoProperty[],
  endpoints: CloudEndpoints,
): Promise<void> {
  const cloud = buildCloud(endpoints, { prefix: lakePrefix, extracts: null });
  const byExtracts = { prefix: extractsLakePrefix, extracts: `gs://${extractsBucket}/out` };
  const files = {
    "environments/cloud.yaml": `${cloud}${buildCatalog(endpoints)}`,
    ...(endpoints.google === null ? {} : { "environments/extracts.yaml": buildCloud(endpoints, byExtracts) }),
    "environments/local.yaml": local,
    ...Object.fromEntries(properties.map((one) => [`pipelines/${one.name}.yaml`, buildPipeline(one)])),
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

const local = `source: { type: files, root: ./source }
lake: { type: folder, root: ./lake }
engine: { type: duckdb, memory: 1 GB, threads: 2 }
warehouse: { type: duckdb, path: ./warehouse.duckdb }
`;

/** All days of a run in one run of Glue: its start is what takes long here. */
function buildCloud(
  { s3, glue, snowflakePort, google }: CloudEndpoints,
  { prefix, extracts }: CloudChoices,
): string {
  const reached = `region: eu-central-1, endpoint: "${s3}", path_style: true`;
  const files = `{ type: files, root: "s3://${exportsBucket}/${exportsPrefix}/", ${reached} }`;
  return `source: ${google === null ? files : buildBigQuery(google, extracts)}
lake: { type: s3, bucket: ${lakeBucket}, prefix: ${prefix}, bucket_owner: "123456789012", ${reached} }
engine:
  type: glue
  job: ${prefix}-demo
  role: arn:aws:iam::123456789012:role/shardlift-glue
  endpoint: "${glue}"
  task_memory: 500 MB
  days_per_run: 20
  tags: { team: growth, cost_centre: "4711" }
warehouse:
  type: snowflake
  account: myorg-shop
  user: shardlift
  auth: key_pair
  private_key: env:SNOWFLAKE_KEY
  role: loader
  warehouse: load_wh
  database: lake
  stage: lake.shardlift.lake
  integration: shardlift_lake
  lake_url: s3://${lakeBucket}/${prefix}/
  protocol: http
  host: 127.0.0.1
  port: ${snowflakePort}
`;
}

function buildCatalog({ glue }: CloudEndpoints): string {
  return `catalog:
  type: glue
  endpoint: "${glue}"
  database_prefix: demo_
  crawler: true
  crawler_role: arn:aws:iam::123456789012:role/shardlift-crawler
`;
}

function buildBigQuery(
  { rest, read }: NonNullable<CloudEndpoints["google"]>,
  extracts: string | null,
): string {
  return `
  type: bigquery
  project: ${googleProject}
  auth: workload_identity
  audience: ${googleAudience}
  region: ${credentials.AWS_REGION}
  endpoint: "${rest}"
  storage_endpoint: "${rest}"
  token_endpoint: "${rest}"
  read_endpoint: "${read}"${extracts === null ? "" : `\n  extracts: ${extracts}`}`;
}

/** As in the demo on one machine: ten days of retention, so that the second run takes days out of the hot tables. */
function buildPipeline({ name, dataset, family, timeZone }: DemoProperty): string {
  return `name: ${name}
owner: demo@example.com
property: { dataset: ${dataset}, time_zone: ${timeZone}, start: 2026-11-10 }
families:
  - { family: ${family}, table: ${demoTables[name]}, shards: [daily, fresh, intraday] }
lookback: 10 days
late_after: 36 hours
retention: 10 days
`;
}
