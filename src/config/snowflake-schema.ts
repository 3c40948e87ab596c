import { z } from "zod";
import { countField, durationField, textField } from "./fields.ts";
import { parseColumnPath } from "./parse-names.ts";
import { parseSecretReference, secretPattern, secretRule } from "./parse-secret-reference.ts";
import {
  parseHost,
  parseLakeUrl,
  parseSnowflakeAccount,
  parseSnowflakeName,
  parseSnowflakePath,
  parseSnowflakeUser,
} from "./parse-snowflake-names.ts";

const nameRule = "letters a-z, digits, underscores and $";
const pathRule = "database, schema and name, with dots between";

const nameField = (description: string, example: string) =>
  textField(parseSnowflakeName, { description, example, rule: nameRule });

const pathField = (description: string, example: string, otherwise?: string) =>
  textField(parseSnowflakePath, {
    description,
    example,
    rule: pathRule,
    ...(otherwise === undefined ? {} : { otherwise }),
  });

const connection = {
  account: textField(parseSnowflakeAccount, {
    description: "Account to sign in to.",
    example: "myorg-shop",
    rule: "organisation, hyphen and account name",
  }),
  user: textField(parseSnowflakeUser, {
    description: "User to sign in as; a service user of Shardlift's own.",
    example: "SHARDLIFT",
    rule: "a user's name",
  }),
  auth: z
    .enum(["workload_identity", "key_pair"])
    .meta({
      description:
        "How to sign in: as the AWS role that the command runs with, or with a key pair. There is no password.",
    })
    .prefault("workload_identity"),
  private_key: textField((text) => parseSecretReference(text, "env:SNOWFLAKE_PRIVATE_KEY"), {
    description: "The key pair's private key as PEM, by reference; for `auth: key_pair`.",
    example: "file:/run/secrets/snowflake-key.pem",
    pattern: secretPattern,
    rule: secretRule,
    otherwise: "none",
  }).optional(),
  role: nameField(
    "Role that loads; `shardlift bootstrap` makes it and grants it what it needs.",
    "SHARDLIFT_LOADER",
  ),
  warehouse: nameField("Virtual warehouse that statements run on.", "SHARDLIFT_WH"),
  host: textField(parseHost, {
    description: "Another host than the account's; for trials, refused in production.",
    example: "127.0.0.1",
    rule: "a host name",
    otherwise: "the account's own",
  }).optional(),
  port: countField(
    { min: 1, max: 65_535 },
    { description: "Another port; for trials, refused in production.", example: 8443, otherwise: "443" },
  ).optional(),
  protocol: z
    .enum(["https", "http"])
    .meta({ description: "`http` is for trials on this machine, refused in production." })
    .prefault("https"),
};

const masking = z
  .strictObject({
    column: textField(parseColumnPath, {
      description: "Column that holds personal data.",
      example: "user_id",
      rule: "a column",
    }),
    policy: pathField("Masking policy of the security team's.", "SECURITY.POLICIES.MASK_USER"),
  })
  .meta({ description: "A column with personal data." });

/** A warehouse in Snowflake, as it is written. */
export const snowflakeSchema = z.strictObject({
  type: z.literal("snowflake").meta({ description: "Snowflake, over a lake on S3." }),
  ...connection,
  database: nameField("Database that holds the tables of pipelines.", "ANALYTICS"),
  stage: pathField("External stage that shows the lake.", "ANALYTICS.SHARDLIFT.LAKE"),
  file_format: pathField(
    "File format for Parquet.",
    "ANALYTICS.SHARDLIFT.PARQUET",
    "PARQUET in the stage's schema",
  ).optional(),
  integration: nameField("Storage integration of the stage; never replaced.", "SHARDLIFT_LAKE"),
  lake_url: textField(parseLakeUrl, {
    description: "The lake as Snowflake reaches it: the stage's address.",
    example: "s3://shop-lake/shardlift/",
    rule: "s3://bucket/prefix/",
  }),
  statement_timeout: durationField(
    // A wait for a lock counts, and that of a killed command is kept for minutes.
    { minMs: 900_000, maxMs: 86_400_000 },
    { description: "How long one statement may take, waits for locks included.", example: "1 hour" },
  ).prefault("1 hour"),
  cluster_by_day: z
    .boolean()
    .meta({ description: "Whether new hot tables are clustered by `_day`; Snowflake bills the upkeep." })
    .prefault(false),
  masking: z
    .array(masking)
    .max(1_000)
    .meta({
      description:
        "Masking policies for columns with personal data; the next load puts them on the columns that are there.",
    })
    .prefault([]),
});
