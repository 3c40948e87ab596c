import { z } from "zod";
import { countField, textField } from "../../src/config/fields.ts";
import type { Parsed } from "../../src/config/issue.ts";
import { isSecretArn, parseBucket, parseDatabasePrefix } from "../../src/config/parse-aws-names.ts";
import { parseLakePrefix, parseSchemaName } from "./parse-places.ts";

/** Where things are: parts of a settings file. */

function parseSecretArn(text: string): Parsed<string> {
  if (isSecretArn(text)) return { value: text };
  const rule = "the whole ARN of a secret in Secrets Manager, with its last six characters";
  const remedy =
    'write it like "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shardlift/hash-key-AbCdEf"';
  return { problem: { failed: "is not a secret's ARN", rule, remedy } };
}

/** The lake, what is encrypted how, and what is kept beside it. */
export const lakeSchema = z.strictObject({
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

export const secretSchema = z.strictObject({
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

export const catalogSchema = z.strictObject({
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
