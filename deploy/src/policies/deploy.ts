import { listKeys, type PolicyInput, useKey } from "./shared.ts";
import type { Statement } from "./statement.ts";

/** Puts scripts and configuration, which nobody else can, and DAG files. */
export function buildDeployStatements(input: PolicyInput): Statement[] {
  return [
    {
      why: "scripts and configuration, each below its content's hash; nobody else could remove what is wrong there",
      actions: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      resources: [input.names.scriptsArn, input.names.configArn],
    },
    listKeys(input, [input.names.lakePrefix, input.names.configPrefix]),
    ...useKey(input, ["kms:Decrypt", "kms:GenerateDataKey"]),
    ...writeDags(input),
  ];
}

function writeDags({ settings, names }: PolicyInput): Statement[] {
  if (settings.airflow === undefined) return [];
  const [bucket, prefix] = splitPlace(settings.airflow.dags);
  return [
    {
      why: "DAG files and their manifest; what an older release left is removed",
      actions: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      resources: [`arn:${names.partition}:s3:::${bucket}/${prefix}*`],
    },
    {
      why: "which of them are there",
      actions: ["s3:ListBucket"],
      resources: [`arn:${names.partition}:s3:::${bucket}`],
      conditions: { StringLikeIfExists: { "s3:prefix": `${prefix}*` } },
    },
  ];
}

/** `s3://shop-mwaa/dags/` → `shop-mwaa` and `dags/`. */
export function splitPlace(place: string): [bucket: string, prefix: string] {
  const [bucket = "", ...path] = place.slice("s3://".length).split("/");
  return [bucket, path.join("/")];
}
