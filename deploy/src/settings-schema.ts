import { z } from "zod";
import { regionField } from "../../src/config/aws-fields.ts";
import { countField, durationField, lineField, textField } from "../../src/config/fields.ts";
import type { Parsed } from "../../src/config/issue.ts";
import {
  isSecretArn,
  parseAccountId,
  parseBucket,
  parseDagPlace,
  parseDatabasePrefix,
  parseJobName,
  parseNetworkId,
  parseRoleArn,
  parseS3Url,
  parseTagValue,
} from "../../src/config/parse-aws-names.ts";
import {
  parseEmail,
  parseImage,
  parseLakePrefix,
  parsePrincipalArn,
  parseSchemaName,
} from "./parse-places.ts";

/** A file of `settings/` as it is written; checked by the same means as environment files. */

const hourMs = 3_600_000;

function parseSecretArn(text: string): Parsed<string> {
  if (isSecretArn(text)) return { value: text };
  const rule = "the whole ARN of a secret in Secrets Manager, with its last six characters";
  const remedy =
    'write it like "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shardlift/hash-key-AbCdEf"';
  return { problem: { failed: "is not a secret's ARN", rule, remedy } };
}

const s3Field = (description: string, example: string) =>
  textField((text) => parseS3Url(text, "a place on S3"), {
    description,
    example,
    rule: "s3://bucket/prefix",
  });

const lake = z.strictObject({
  bucket: textField(parseBucket, {
    description: "Name of the bucket that is made for the lake.",
    example: "shop-lake",
    rule: "the bucket's name alone",
  }),
  prefix: textField(parseLakePrefix, {
    description: "Where in the bucket the lake is; deployed configuration lies beside it.",
    example: "shardlift",
    rule: "names between slashes",
  }).prefault("shardlift"),
  encryption: z
    .enum(["kms", "s3"])
    .meta({ description: "By a key of its own in KMS, or as S3 encrypts by itself." })
    .prefault("kms"),
  versions_days: countField(
    { min: 1, max: 365 },
    { description: "Versions of objects are kept, and expire after so many days.", example: 7 },
  ).optional(),
});

const secret = z.strictObject({
  arn: textField(parseSecretArn, {
    description: "The secret's ARN; it must be there.",
    example: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shardlift/hash-key-AbCdEf",
    rule: "the ARN of a secret",
  }),
  readers: z
    .array(z.enum(["commands", "glue", "airflow"]).meta({ description: "commands, glue or airflow" }))
    .min(1)
    .max(3)
    .meta({ description: "Who reads it." }),
});

const catalog = z.strictObject({
  database_prefix: textField(parseDatabasePrefix, {
    description: "As catalog.database_prefix of the environment file.",
    example: "prod_",
    rule: "lower-case letters, digits and underscores",
    otherwise: "the schema alone",
  }).prefault(""),
  schemas: z
    .array(
      textField(parseSchemaName, {
        description: "A schema of the pipelines' tables.",
        example: "analytics",
        rule: "lower-case letters, digits and underscores",
      }),
    )
    .min(1)
    .max(100)
    .meta({ description: "Schemas of the pipelines' tables: each has a database." }),
  crawler: z.boolean().meta({ description: "Whether crawlers look through the lake too." }).prefault(false),
});

const runner = z.strictObject({
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

const airflow = z.strictObject({
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

const snowflake = z.strictObject({
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

const alerts = z
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

const tagValue = textField(parseTagValue, {
  description: "A tag's value.",
  example: "growth",
  rule: "a text",
});

export const settingsSchema = z.strictObject({
  account: textField(parseAccountId, {
    description: "The account that everything is made in.",
    example: "123456789012",
    rule: "12 digits, in quotes",
  }),
  region: regionField("Region that everything is made in."),
  tags: z
    .record(z.string(), tagValue)
    .meta({ description: "Cost tags; team and cost_centre are among them." }),
  lake,
  sources: z
    .array(s3Field("Where exports lie that are read.", "s3://shop-exports/bigquery/"))
    .max(20)
    .meta({ description: "Exports that lie on S3." })
    .prefault([]),
  secrets: z.array(secret).max(20).meta({ description: "Secrets, by their ARNs." }).prefault([]),
  glue: z
    .strictObject({
      job: textField(parseJobName, {
        description: "As engine.job of the environment file.",
        example: "shardlift-prod",
        rule: "letters, digits, _ and -",
      }),
    })
    .optional(),
  catalog: catalog.optional(),
  runner: runner.optional(),
  airflow: airflow.optional(),
  deployers: z
    .array(
      textField(parsePrincipalArn, {
        description: "A role or user that may become the deploy role.",
        example: "arn:aws:iam::123456789012:role/shop-release",
        rule: "the ARN of a user or a role",
      }),
    )
    .min(1)
    .max(20)
    .meta({ description: "Who may become the deploy role." }),
  snowflake: snowflake.optional(),
  alerts,
});

/** Every key checked and with its default; still in the file's own names. */
export type SettingsFile = z.output<typeof settingsSchema>;

/** What is known of it while some of it may be wrong. */
export type SettingsDraft = { [Key in keyof SettingsFile]?: SettingsFile[Key] | undefined };

export type Runner = NonNullable<SettingsFile["runner"]>;
