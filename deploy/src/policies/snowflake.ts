import { listKeys, type PolicyInput, useKey } from "./shared.ts";
import type { Statement } from "./statement.ts";

/** What the storage integration reads; Snowflake writes nothing. */
export function buildSnowflakeStatements(input: PolicyInput): Statement[] {
  return [
    {
      why: "files of all days, which the stage shows",
      actions: ["s3:GetObject", "s3:GetObjectVersion"],
      resources: [`${input.names.lakeArn}*`],
    },
    listKeys(input, [input.names.lakePrefix]),
    {
      why: "Snowflake asks where the bucket is",
      actions: ["s3:GetBucketLocation"],
      resources: [input.names.bucketArn],
    },
    ...useKey(input, ["kms:Decrypt"]),
  ];
}
