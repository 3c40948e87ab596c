import { buildArn, type Names } from "../names.ts";
import type { Settings } from "../read-settings.ts";
import type { Statement } from "./statement.ts";

/** What a policy is made from. */
export interface PolicyInput {
  settings: Settings;
  names: Names;
  /** ARN of the lake's key; null where S3 encrypts by itself. */
  keyArn: string | null;
}

type Reader = Settings["secrets"][number]["readers"][number];

/**
 * Without it a missing object is told as a forbidden one; reading one object names no prefix, hence IfExists.
 * @param prefixes of keys, the lake's or those of deployed configuration too
 */
export function listKeys({ names }: PolicyInput, prefixes: readonly string[]): Statement {
  return {
    why: "lists of keys, and the difference between a missing object and a forbidden one",
    actions: ["s3:ListBucket"],
    resources: [names.bucketArn],
    conditions: { StringLikeIfExists: { "s3:prefix": prefixes.map((prefix) => `${prefix}*`) } },
  };
}

export function useKey({ keyArn }: PolicyInput, actions: readonly string[]): Statement[] {
  return keyArn === null
    ? []
    : [{ why: "objects of the lake are encrypted by it", actions, resources: [keyArn] }];
}

/** Reads exports where they lie on S3. */
export function readSources({ settings, names }: PolicyInput): Statement[] {
  if (settings.sources.length === 0) return [];
  const places = settings.sources.map((source) => source.slice("s3://".length));
  const buckets = [...new Set(places.map((place) => place.split("/")[0]))];
  const arn = (place: string) => `arn:${names.partition}:s3:::${place}`;
  return [
    {
      why: "the files of exports, whatever their datasets and days",
      actions: ["s3:GetObject"],
      resources: places.map((place) => arn(`${place}*`)),
    },
    {
      why: "which shards there are",
      actions: ["s3:ListBucket"],
      resources: buckets.map((bucket) => arn(String(bucket))),
    },
  ];
}

export function readSecrets({ settings }: PolicyInput, reader: Reader): Statement[] {
  const arns = settings.secrets.filter(({ readers }) => readers.includes(reader)).map(({ arn }) => arn);
  if (arns.length === 0) return [];
  return [
    {
      why: "secrets are named by reference and read where they are used",
      actions: ["secretsmanager:GetSecretValue"],
      resources: arns,
    },
  ];
}

/** ARN of the catalog, of this environment's databases, and of their tables. */
export function listCatalogArns({ settings, names }: PolicyInput): string[] {
  const tables = names.databases.flatMap((database) => [`database/${database}`, `table/${database}/*`]);
  return ["catalog", ...tables].map((resource) => buildArn(settings, names, "glue", resource));
}
