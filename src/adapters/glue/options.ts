import type { BigQuerySource, GlueEngine, S3Lake, S3Place, SecretReference } from "../../config/types.ts";
import type { Clock } from "../../ports.ts";

/** One pipeline's job in one environment. */
export interface GlueOptions {
  environment: string;
  pipeline: string;
  engine: GlueEngine;
  lake: S3Lake;
  /** ARN patterns of what shards are read from, beside the lake: `arn:aws:s3:::exports/ga4/*`. */
  sourceArns: readonly string[];
  /** Where shards are objects of S3; else null. */
  sourcePlace: S3Place | null;
  hashKey: SecretReference | null;
  /** Where shards are tables of BigQuery, which runs read by themselves; else null. */
  google: BigQuerySource | null;
  clock: Clock;
  /** null: as the SDK finds it by itself. */
  logsEndpoint: string | null;
  /** null: the SDK's own chain. */
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | null;
}

/** One job per pipeline, so that AWS tells their costs apart. */
export function buildJobName({ engine, pipeline }: Pick<GlueOptions, "engine" | "pipeline">): string {
  return `${engine.job}-${pipeline}`;
}

/** `s3://bucket/prefix/` */
export function buildLakeUrl({ bucket, prefix }: S3Lake): string {
  return `s3://${bucket}/${prefix === "" ? "" : `${prefix}/`}`;
}

/** A job has the account and the partition of its role. */
export function parseRoleArn(role: string): { partition: string; account: string } {
  const [, partition = "aws", , , account = ""] = role.split(":");
  return { partition, account };
}

export function buildJobArn(options: Pick<GlueOptions, "engine" | "pipeline">): string {
  const { partition, account } = parseRoleArn(options.engine.role);
  return `arn:${partition}:glue:${options.engine.region}:${account}:job/${buildJobName(options)}`;
}
