import { buildArn } from "../names.ts";
import type { PolicyInput } from "./shared.ts";
import type { Statement } from "./statement.ts";

/** What ECS does before a command begins: it fetches the image and opens the log. */
export function buildExecutionStatements({ settings, names }: PolicyInput): Statement[] {
  if (settings.runner === undefined) return [];
  const { account, region, repository } = settings.runner.image;
  return [
    {
      why: "a token for ECR is the whole registry's: the action has no resource",
      actions: ["ecr:GetAuthorizationToken"],
      resources: ["*"],
    },
    {
      why: "layers of the one image",
      actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      resources: [`arn:${names.partition}:ecr:${region}:${account}:repository/${repository}`],
    },
    {
      why: "a stream a task",
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [buildArn(settings, names, "logs", `log-group:${names.logGroup}:*`)],
    },
  ];
}
