import { buildArn, buildRoleArn } from "../names.ts";
import { listCatalogArns, listKeys, type PolicyInput, readSecrets, readSources, useKey } from "./shared.ts";
import type { Statement } from "./statement.ts";

/** What the commands do to the lake, to Glue and to the catalog: each action is a call of `src/adapters`. */
export function buildCommandStatements(input: PolicyInput): Statement[] {
  return [
    {
      why: "generations, manifests and heads of all pipelines, and what repair removes of them",
      actions: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
      resources: [`${input.names.lakeArn}*`],
    },
    {
      why: "whoever writes the script has the job's role",
      effect: "Deny",
      actions: ["s3:PutObject", "s3:DeleteObject"],
      resources: [input.names.scriptsArn],
    },
    {
      why: "configuration that was deployed: every state of it stands under its hash",
      actions: ["s3:GetObject"],
      resources: [input.names.configArn],
    },
    listKeys(input, [input.names.lakePrefix, input.names.configPrefix]),
    ...readSources(input),
    ...useKey(input, ["kms:Decrypt", "kms:GenerateDataKey"]),
    ...readSecrets(input, "commands"),
    ...runJobs(input),
    ...pointPartitions(input),
    ...runCrawlers(input),
    ...passRoles(input),
  ];
}

function runJobs({ settings, names }: PolicyInput): Statement[] {
  if (settings.glue === undefined) return [];
  return [
    {
      why: "each pipeline has a job of its own: <engine.job>-<pipeline>",
      actions: [
        ...["glue:GetJob", "glue:CreateJob", "glue:UpdateJob"],
        ...["glue:GetTags", "glue:TagResource", "glue:UntagResource"],
        ...["glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"],
      ],
      resources: [buildArn(settings, names, "glue", `job/${settings.glue.job}-*`)],
    },
    {
      why: "last lines of a run that failed; streams are named by the run",
      actions: ["logs:DescribeLogStreams", "logs:GetLogEvents"],
      resources: [buildArn(settings, names, "logs", "log-group:/aws-glue/jobs/*")],
    },
  ];
}

function pointPartitions(input: PolicyInput): Statement[] {
  const { settings } = input;
  if (settings.catalog === undefined) return [];
  return [
    {
      why: "tables of this environment's databases; they are made with the first day",
      actions: [
        ...["glue:CreateDatabase", "glue:GetTable", "glue:CreateTable", "glue:UpdateTable"],
        ...["glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"],
        ...["glue:BatchCreatePartition", "glue:BatchUpdatePartition"],
        ...(settings.catalog.crawler ? ["glue:BatchDeletePartition"] : []),
      ],
      resources: listCatalogArns(input),
    },
  ];
}

function runCrawlers({ settings, names }: PolicyInput): Statement[] {
  if (!settings.catalog?.crawler) return [];
  return [
    {
      why: "a crawler a table: shardlift-<environment>-<database>-<table>",
      actions: [
        ...["glue:GetCrawler", "glue:CreateCrawler", "glue:UpdateCrawler"],
        ...["glue:StartCrawler", "glue:StopCrawler", "glue:GetTags", "glue:TagResource"],
      ],
      resources: [buildArn(settings, names, "glue", `crawler/shardlift-${settings.environment}-*`)],
    },
  ];
}

function passRoles({ settings, names }: PolicyInput): Statement[] {
  const roles = [
    ...(settings.glue === undefined ? [] : (["glue"] as const)),
    ...(settings.catalog?.crawler ? (["crawler"] as const) : []),
  ];
  if (roles.length === 0) return [];
  return [
    {
      why: "jobs and crawlers run as roles of their own",
      actions: ["iam:PassRole"],
      resources: roles.map((role) => buildRoleArn(settings, names, role)),
      conditions: { StringEquals: { "iam:PassedToService": "glue.amazonaws.com" } },
    },
  ];
}
