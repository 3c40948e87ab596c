import { z } from "zod";
import { countField, durationField, lineField, textField } from "../../src/config/fields.ts";
import { parseDagPlace, parseNetworkId, parseRoleArn } from "../../src/config/parse-aws-names.ts";
import { parseEmail, parseImage, parsePrincipalArn } from "./parse-places.ts";

/** Who works with it, and who is told: parts of a settings file. */

const hourMs = 3_600_000;

export const runnerSchema = z.strictObject({
  image: textField(parseImage, {
    description: "The image of the commands, in a repository of ECR that is there.",
    example: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shardlift:0.1.0",
    rule: "an image in ECR, with its tag or digest",
  }),
  vpc: textField((text) => parseNetworkId(text, "vpc"), {
    description: "The network that tasks run in.",
    example: "vpc-0a1b2c3d4e5f67890",
    rule: "vpc- and its digits",
  }),
  subnets: z
    .array(
      textField((text) => parseNetworkId(text, "subnet"), {
        description: "A subnet with a way out to Google and Snowflake.",
        example: "subnet-0a1b2c3d4e5f67890",
        rule: "subnet- and its digits",
      }),
    )
    .min(1)
    .max(16)
    .meta({ description: "The subnets that tasks run in." }),
  cpu: countField(
    { min: 1, max: 16 },
    { description: "Cores of a task: 1, 2, 4, 8 or 16.", example: 2 },
  ).prefault(2n),
  memory_gb: countField({ min: 2, max: 120 }, { description: "Memory of a task, GiB.", example: 8 }).prefault(
    8n,
  ),
  scratch_gb: countField(
    { min: 21, max: 200 },
    {
      description: "Room below /tmp, GiB: what is being lifted, and what does not fit into memory.",
      example: 100,
    },
  ).prefault(100n),
  architecture: z
    .enum(["x86_64", "arm64"])
    .meta({ description: "What the image is built for." })
    .prefault("x86_64"),
});

export const airflowSchema = z.strictObject({
  role: textField(parseRoleArn, {
    description: "Execution role of MWAA, or the role that Airflow's workers have.",
    example: "arn:aws:iam::123456789012:role/service-role/shop-mwaa",
    rule: "a role's ARN",
  }),
  dags: textField(parseDagPlace, {
    description: "As airflow.dags of the environment file: where DAGs are deployed to.",
    example: "s3://shop-mwaa/dags/shardlift",
    rule: "s3://bucket/prefix",
  }),
});

export const snowflakeSchema = z.strictObject({
  user: textField(parsePrincipalArn, {
    description: "STORAGE_AWS_IAM_USER_ARN, as DESC INTEGRATION tells it.",
    example: "arn:aws:iam::999999999999:user/abc1-b-self1234",
    rule: "the ARN of a user or a role",
  }).optional(),
  external_id: lineField("an external id", {
    description: "STORAGE_AWS_EXTERNAL_ID, as DESC INTEGRATION tells it.",
    example: "SHOP_SFCRole=2_a123456/s0aBCDEfGHIJklmNoPq=",
  }).optional(),
});

export const alertsSchema = z
  .strictObject({
    emails: z
      .array(
        textField(parseEmail, {
          description: "Who is told by e-mail, once AWS's question has been answered.",
          example: "data-platform@example.com",
          rule: "an e-mail address",
        }),
      )
      .max(50)
      .meta({ description: "Who is told by e-mail." })
      .prefault([]),
    quiet_after: durationField(
      { minMs: hourMs, maxMs: 7 * 24 * hourMs },
      { description: "When no command has said anything for so long, people are told.", example: "26 hours" },
    ).prefault("26 hours"),
  })
  .meta({ description: "Whom AWS tells, and when." })
  .prefault({});
