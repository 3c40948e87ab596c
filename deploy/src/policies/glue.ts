import { buildArn } from "../names.ts";
import { listCatalogArns, listKeys, type PolicyInput, readSecrets, readSources, useKey } from "./shared.ts";
import type { Statement } from "./statement.ts";

/** What the script does; each run's session policy narrows it to one pipeline. */
export function buildGlueStatements(input: PolicyInput): Statement[] {
  const { lakeArn, scriptsArn } = input.names;
  return [
    {
      why: "new generations, specs and reports; heads and manifests are taken away by each run's session policy",
      actions: ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
      resources: [`${lakeArn}*`],
    },
    {
      why: "what tasks of a run hand to each other",
      actions: ["s3:DeleteObject"],
      resources: [`${lakeArn}_runs/*`],
    },
    {
      why: "a script that could write scripts could become another",
      effect: "Deny",
      actions: ["s3:PutObject"],
      resources: [scriptsArn],
    },
    listKeys(input, [input.names.lakePrefix]),
    ...readSources(input),
    ...useKey(input, ["kms:Decrypt", "kms:GenerateDataKey"]),
    ...readSecrets(input, "glue"),
    writeLogs(input, "/aws-glue/*"),
  ];
}

/** Crawlers write a table of their own; nothing that people read depends on it. */
export function buildCrawlerStatements(input: PolicyInput): Statement[] {
  return [
    { why: "rows of changed days", actions: ["s3:GetObject"], resources: [`${input.names.lakeArn}*`] },
    listKeys(input, [input.names.lakePrefix]),
    ...useKey(input, ["kms:Decrypt"]),
    {
      why: "tables that it finds, in this environment's databases",
      actions: [
        ...["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:CreateTable", "glue:UpdateTable"],
        ...[
          "glue:GetPartition",
          "glue:BatchGetPartition",
          "glue:BatchCreatePartition",
          "glue:UpdatePartition",
        ],
      ],
      resources: listCatalogArns(input),
    },
    writeLogs(input, "/aws-glue/crawlers*"),
  ];
}

/** Glue writes logs as the role that it runs. */
function writeLogs({ settings, names }: PolicyInput, groups: string): Statement {
  return {
    why: "Glue names groups and streams itself",
    actions: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [buildArn(settings, names, "logs", `log-group:${groups}`)],
  };
}
