import { buildArn, buildRoleArn } from "../names.ts";
import { splitPlace } from "./deploy.ts";
import { type PolicyInput, readSecrets } from "./shared.ts";
import type { Statement } from "./statement.ts";

/** What Airflow's role needs beside what MWAA asks of it: tasks of ECS, their logs, DAG files, alerts. */
export function buildAirflowStatements(input: PolicyInput): Statement[] {
  return [
    ...readDags(input),
    ...runTasks(input),
    ...readSecrets(input, "airflow"),
    { why: "alerts of DAGs", actions: ["sns:Publish"], resources: [input.names.topicArn] },
  ];
}

function readDags({ settings, names }: PolicyInput): Statement[] {
  if (settings.airflow === undefined) return [];
  const [bucket, prefix] = splitPlace(settings.airflow.dags);
  const arn = `arn:${names.partition}:s3:::${bucket}`;
  return [
    { why: "DAG files and their manifest", actions: ["s3:GetObject"], resources: [`${arn}/${prefix}*`] },
    { why: "which of them are there", actions: ["s3:ListBucket"], resources: [arn] },
  ];
}

function runTasks({ settings, names }: PolicyInput): Statement[] {
  if (settings.runner === undefined) return [];
  const arn = (service: string, resource: string) => buildArn(settings, names, service, resource);
  const inCluster = { ArnEquals: { "ecs:cluster": arn("ecs", `cluster/${names.base}`) } };
  const tasks = arn("ecs", `task/${names.base}/*`);
  return [
    {
      why: "commands, by every revision of this task definition and no other, in this cluster",
      actions: ["ecs:RunTask"],
      resources: [arn("ecs", `task-definition/${names.base}:*`)],
      conditions: inCluster,
    },
    {
      why: "tasks get their ids when they start",
      actions: ["ecs:DescribeTasks", "ecs:StopTask"],
      resources: [tasks],
      conditions: inCluster,
    },
    {
      why: "a task that an earlier try left running is looked for; ECS has no resource for lists of tasks on Fargate",
      actions: ["ecs:ListTasks"],
      resources: ["*"],
      conditions: inCluster,
    },
    {
      why: "cost tags of the task definition go to its tasks, when they start and not afterwards",
      actions: ["ecs:TagResource"],
      resources: [tasks],
      conditions: { StringEquals: { "ecs:CreateAction": "RunTask" } },
    },
    {
      why: "a task runs as the commands' role, and ECS starts it as its own",
      actions: ["iam:PassRole"],
      resources: (["command", "execution"] as const).map((role) => buildRoleArn(settings, names, role)),
      conditions: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
    {
      why: "a command's last line; a task has a stream of its own",
      actions: ["logs:GetLogEvents"],
      resources: [arn("logs", `log-group:${names.logGroup}:log-stream:*`)],
    },
  ];
}
