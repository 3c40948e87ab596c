import { z } from "zod";
import { lakeRegionField } from "./aws-fields.ts";
import { countField, durationField, lineField, textField } from "./fields.ts";
import {
  parseConfigPlace,
  parseDagPlace,
  parseEcsName,
  parseNetworkId,
  parseTopicArn,
} from "./parse-aws-names.ts";
import { parseCron } from "./parse-cron.ts";
import { parseSecretReference, secretPattern, secretRule } from "./parse-secret-reference.ts";

/** How a scheduler runs the commands, and whom it tells: keys that only `shardlift compile` reads. */

const secondMs = 1_000;
const hourMs = 3_600_000;

const configField = textField(parseConfigPlace, {
  description:
    "Where commands find the configuration; they get it as SHARDLIFT_CONFIG. On S3, `shardlift deploy` puts each state of it below, under its hash, and DAGs name that.",
  example: "/usr/local/airflow/dags/shardlift",
  rule: "an absolute folder of the machine that runs the commands, or s3://bucket/prefix",
  otherwise: "as SHARDLIFT_CONFIG says there",
}).optional();

const ecsName = (description: string, example: string) =>
  textField(parseEcsName, { description, example, rule: "a name, or an ARN of ECS" });

const networkIds = (what: string, prefix: string) =>
  z
    .array(
      textField((text) => parseNetworkId(text, prefix), {
        description: `One of the ${what}, by its id.`,
        example: `${prefix}-0a1b2c3d4e5f67890`,
        rule: `${prefix}- and its digits`,
      }),
    )
    .min(1)
    .max(16)
    .meta({ description: `The ${what} that tasks run in.` });

const bashRunner = z.strictObject({
  type: z.literal("bash").meta({ description: "A process of the worker, which has Node." }),
  command: z
    .array(
      lineField("a word", { description: "A word of it: a program or an argument.", example: "shardlift" }),
    )
    .min(1)
    .max(20)
    .meta({ description: "What commands are called by, word by word; no shell reads it." })
    .prefault(["shardlift"]),
  config: configField,
});

const ecsRunner = z.strictObject({
  type: z.literal("ecs").meta({ description: "A task of ECS on Fargate for each command." }),
  cluster: ecsName("The cluster.", "shardlift"),
  task_definition: ecsName("The task definition; without a revision the newest.", "shardlift"),
  container: ecsName("The container in it that gets the command.", "shardlift"),
  subnets: networkIds("subnets", "subnet"),
  security_groups: networkIds("security groups", "sg"),
  log_group: lineField("a log group", {
    description: "CloudWatch's log group of the container: the command's last line is read there.",
    example: "/ecs/shardlift",
  }),
  log_prefix: lineField("a prefix", {
    description: "`awslogs-stream-prefix` of the container.",
    example: "shardlift",
  }),
  region: lakeRegionField("the cluster"),
  config: configField,
});

export const runnerSchema = z
  .discriminatedUnion("type", [bashRunner, ecsRunner])
  .meta({ description: "How Airflow runs a command." })
  .prefault({ type: "bash" });

export const alertsSchema = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("none").meta({ description: "Nobody is told." }) }),
    z.strictObject({
      type: z.literal("webhook").meta({ description: "Messages as Slack takes them, by POST." }),
      url: textField(parseSecretReference, {
        description: "The webhook's address, by reference: whoever has it can write there.",
        example: "env:SHARDLIFT_WEBHOOK",
        pattern: secretPattern,
        rule: secretRule,
      }),
    }),
    z.strictObject({
      type: z.literal("sns").meta({ description: "A topic of SNS." }),
      topic: textField(parseTopicArn, {
        description: "The topic's ARN.",
        example: "arn:aws:sns:eu-central-1:123456789012:shardlift",
        rule: "arn:aws:sns:, region, account and topic",
      }),
    }),
  ])
  .meta({ description: "Whom Airflow tells when a task fails or a day is missing." })
  .prefault({ type: "none" });

export const airflowSchema = z
  .strictObject({
    sweep: textField(parseCron, {
      description: "When every day of every pipeline is looked at, as cron text in UTC.",
      example: "0 3 * * 0",
      rule: "five cron fields, or @weekly, @monthly",
    }).prefault("0 3 * * 0"),
    dags: textField(parseDagPlace, {
      description:
        "Where `shardlift deploy` puts the DAG files: Airflow's DAG folder on S3, or one below it.",
      example: "s3://shop-airflow/dags/shardlift",
      rule: "s3://bucket/prefix",
      otherwise: "nowhere; `deploy` is refused",
    }).optional(),
    region: lakeRegionField("the buckets that `deploy` writes to"),
    pool: lineField("a pool", {
      description: "Airflow's pool that batches of a backfill and the sweep run under; it must exist.",
      example: "default_pool",
    }).prefault("default_pool"),
    retries: countField(
      { min: 0, max: 20 },
      { description: "How often a task that met an outside fault is run again.", example: 4 },
    ).prefault(4n),
    retry_delay: durationField(
      { minMs: secondMs, maxMs: hourMs },
      { description: "Pause before the first of them; each further one is longer.", example: "1 minute" },
    ).prefault("1 minute"),
    poke: durationField(
      { minMs: secondMs, maxMs: 12 * hourMs },
      { description: "How long after an answer of 75 a task asks again.", example: "10 minutes" },
    ).prefault("10 minutes"),
  })
  .meta({ description: "What DAGs take from the environment." })
  .prefault({});
