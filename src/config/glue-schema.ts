import { z } from "zod";
import { endpointField, lakeRegionField, tagsField } from "./aws-fields.ts";
import { countField, durationField, sizeField, textField } from "./fields.ts";
import { parseDatabasePrefix, parseDollars, parseJobName, parseRoleArn } from "./parse-aws-names.ts";

const minuteMs = 60_000;
const MB = 1e6;
const TB = 1e12;

const roleField = (description: string, role: string) =>
  textField(parseRoleArn, {
    description,
    example: `arn:aws:iam::123456789012:role/${role}`,
    rule: "a role's ARN",
  });

const workers = z
  .strictObject({
    min: countField(
      { min: 2, max: 299 },
      { description: "Workers of the smallest run.", example: 2 },
    ).prefault(2n),
    max: countField(
      { min: 2, max: 299 },
      { description: "Workers of the largest run.", example: 20 },
    ).prefault(20n),
  })
  .meta({ description: "Bounds of a run's workers, the driver among them; its bytes decide between them." })
  .prefault({});

const sizes = {
  worker_type: z
    .enum(["G.1X", "G.2X", "G.4X", "G.8X"])
    .meta({ description: "Kind of worker: 4, 8, 16 or 32 cores, with 4 GB of memory to a core." })
    .prefault("G.1X"),
  workers,
  task_memory: sizeField(
    { minBytes: 256 * MB, maxBytes: 128_000 * MB },
    {
      description: "What DuckDB holds in memory in one task.",
      example: "2 GB",
      otherwise: "an equal share of what the worker leaves",
    },
  ).optional(),
  file_size: sizeField(
    { minBytes: 1 * MB, maxBytes: 5_000 * MB },
    {
      description: "Size that the lake's files aim at; a day's last ones may be smaller.",
      example: "400 MB",
    },
  ).prefault("400 MB"),
};

const limits = {
  timeout: durationField(
    { minMs: 5 * minuteMs, maxMs: 10_080 * minuteMs },
    { description: "How long one run may take; not longer than half of `keep`.", example: "4 hours" },
  ).prefault("4 hours"),
  execution_class: z
    .enum(["standard", "flex"])
    .meta({ description: "`flex` costs a third less, may wait 20 minutes, and is for G.1X and G.2X." })
    .prefault("standard"),
  max_concurrent_runs: countField(
    { min: 1, max: 200 },
    { description: "Runs of one pipeline at once; further ones wait.", example: 3 },
  ).prefault(3n),
  days_per_run: countField(
    { min: 1, max: 366 },
    { description: "Days that one run takes at most.", example: 10 },
  ).prefault(10n),
  bytes_per_run: sizeField(
    { minBytes: 1 * MB, maxBytes: 100 * TB },
    {
      description: "Source bytes that one run takes at most; a larger day has a run of its own.",
      example: "500 GB",
    },
  ).prefault("500 GB"),
};

/** Glue as engine, as it is written. */
export const glueEngineSchema = z.strictObject({
  type: z.literal("glue").meta({ description: "Jobs of AWS Glue, for what outgrows one machine." }),
  job: textField(parseJobName, {
    description: "Each pipeline has a job of this name with its own behind it: `shardlift-prod-web-shop`.",
    example: "shardlift-prod",
    rule: "letters, digits, _ and -",
  }),
  role: roleField("Role that runs have; each run narrows it to its pipeline's prefixes.", "shardlift-glue"),
  region: lakeRegionField("the jobs"),
  endpoint: endpointField("Glue"),
  ...sizes,
  ...limits,
  on_abort: z
    .enum(["leave", "stop"])
    .meta({
      description: "When the command is ended: leave its runs for the next one to join, or stop them.",
    })
    .prefault("leave"),
  dpu_hour: textField(parseDollars, {
    description: "Price of a DPU hour, for the estimate of what a run costs.",
    example: "0.44 USD",
    rule: "an amount and USD",
    otherwise: "0.44 USD, or 0.29 USD where execution_class is flex",
  }).optional(),
  tags: tagsField("none").prefault({}),
});

/** The Glue Data Catalog, as it is written. */
export const glueCatalogSchema = z.strictObject({
  type: z.literal("glue").meta({ description: "The Glue Data Catalog, which Athena reads." }),
  region: lakeRegionField("the catalog"),
  endpoint: endpointField("Glue"),
  database_prefix: textField(parseDatabasePrefix, {
    description:
      "Before the schema of a pipeline's table: `analytics.events` is in the database `prod_analytics`.",
    example: "prod_",
    rule: "lower-case letters, digits and underscores",
    otherwise: "the schema alone",
  }).prefault(""),
  crawler: z
    .boolean()
    .meta({
      description:
        "Whether a Glue crawler looks through changed days too, into a table of its own, `<table>_crawled_<family>`.",
    })
    .prefault(false),
  crawler_role: roleField("Role of the crawler; for `crawler: true`.", "shardlift-crawler").optional(),
  tags: tagsField("the engine's").optional(),
});
