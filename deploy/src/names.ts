import type { Settings } from "./read-settings.ts";

/**
 * Every name that this app gives, made from the settings alone: the environment file names the same things, and
 * people find them in the console.
 */
export interface Names {
  /** Of the stack and of what has no name of its own. */
  base: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  partition: string;
  roles: Record<RoleName, string>;
  /** Alias of the lake's key. */
  keyAlias: string;
  /** ARN of the bucket, and of what is in the lake: `arn:aws:s3:::shop-lake/shardlift/`. */
  bucketArn: string;
  lakeArn: string;
  /** What the deploy role alone writes, as ARNs of objects: scripts, and deployed configuration. */
  scriptsArn: string;
  configArn: string;
  /** Key prefixes in the bucket, with a slash at the end; neither lies in the other. */
  lakePrefix: string;
  configPrefix: string;
  databases: string[];
  logGroup: string;
  topicArn: string;
}

export type RoleName = "command" | "execution" | "glue" | "crawler" | "deploy" | "snowflake";

const roleNames: readonly RoleName[] = ["command", "execution", "glue", "crawler", "deploy", "snowflake"];

/** Of the container in the task definition, and of its log streams. */
export const containerName = "shardlift";

export function buildNames(settings: Settings): Names {
  const { environment, account, region, lake, catalog } = settings;
  const base = `shardlift-${environment}`;
  const partition = readPartition(region);
  const lakePrefix = `${lake.prefix}/`;
  const bucketArn = `arn:${partition}:s3:::${lake.bucket}`;
  const configPrefix = `${lake.prefix}-config/`;
  return {
    base,
    partition,
    roles: Object.fromEntries(roleNames.map((role) => [role, `${base}-${role}`])) as Names["roles"],
    keyAlias: `alias/${base}-lake`,
    bucketArn,
    lakeArn: `${bucketArn}/${lakePrefix}`,
    scriptsArn: `${bucketArn}/${lakePrefix}_scripts/*`,
    configArn: `${bucketArn}/${configPrefix}*`,
    lakePrefix,
    configPrefix,
    databases: (catalog?.schemas ?? []).map((schema) => `${catalog?.database_prefix ?? ""}${schema}`),
    logGroup: `/ecs/${base}`,
    topicArn: `arn:${partition}:sns:${region}:${account}:${base}`,
  };
}

export function buildRoleArn(settings: Settings, names: Names, role: RoleName): string {
  return `arn:${names.partition}:iam::${settings.account}:role/${names.roles[role]}`;
}

/** ARN of something in the settings' account and region: `glue`, `job/shardlift-prod-*`. */
export function buildArn(
  { account, region }: Settings,
  { partition }: Names,
  service: string,
  resource: string,
): string {
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}

function readPartition(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
