import { z } from "zod";
import { regionField } from "../../src/config/aws-fields.ts";
import { textField } from "../../src/config/fields.ts";
import { parseAccountId, parseJobName, parseS3Url, parseTagValue } from "../../src/config/parse-aws-names.ts";
import { airflowSchema, alertsSchema, runnerSchema, snowflakeSchema } from "./actor-schemas.ts";
import { parsePrincipalArn } from "./parse-places.ts";
import { catalogSchema, lakeSchema, secretSchema } from "./place-schemas.ts";

/** A file of `settings/` as it is written; checked by the same means as environment files. */

const s3Field = (description: string, example: string) =>
  textField((text) => parseS3Url(text, "a place on S3"), {
    description,
    example,
    rule: "s3://bucket/prefix",
  });

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
  lake: lakeSchema.meta({ description: "The bucket that is made, and where the lake is in it." }),
  sources: z
    .array(s3Field("Where exports lie that are read.", "s3://shop-exports/bigquery/"))
    .max(20)
    .meta({ description: "Exports on S3, where `source.type` is `files`." })
    .prefault([]),
  secrets: z.array(secretSchema).max(20).meta({ description: "Secrets, by their ARNs." }).prefault([]),
  glue: z
    .strictObject({
      job: textField(parseJobName, {
        description: "As engine.job of the environment file.",
        example: "shardlift-prod",
        rule: "letters, digits, _ and -",
      }),
    })
    .meta({ description: "Roles for jobs of Glue; where `engine.type` is `glue`." })
    .optional(),
  catalog: catalogSchema
    .meta({ description: "Databases of the Data Catalog; where `catalog.type` is `glue`." })
    .optional(),
  runner: runnerSchema
    .meta({ description: "Tasks of ECS that run commands; without it Airflow's workers run them." })
    .optional(),
  airflow: airflowSchema.meta({ description: "An Airflow that is there." }).optional(),
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
  snowflake: snowflakeSchema
    .meta({ description: "A role that Snowflake takes to read the lake; `{}` until both keys are known." })
    .optional(),
  alerts: alertsSchema,
});

/** Every key checked and with its default; still in the file's own names. */
export type SettingsFile = z.output<typeof settingsSchema>;

/** What is known of it while some of it may be wrong. */
export type SettingsDraft = { [Key in keyof SettingsFile]?: SettingsFile[Key] | undefined };

export type Runner = NonNullable<SettingsFile["runner"]>;
