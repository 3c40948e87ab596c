import { z } from "zod";
import { lakeRegionField, s3AccessFields } from "./aws-fields.ts";
import { bigQuerySourceSchema } from "./bigquery-schema.ts";
import { countField, durationField, sizeField, textField } from "./fields.ts";
import { glueCatalogSchema, glueEngineSchema } from "./glue-schema.ts";
import type { Parsed } from "./issue.ts";
import { airflowSchema, alertsSchema, runnerSchema } from "./orchestration-schema.ts";
import { parseS3Url } from "./parse-aws-names.ts";
import { parseSecretReference, secretPattern, secretRule } from "./parse-secret-reference.ts";
import { s3LakeSchema } from "./s3-schema.ts";
import { snowflakeSchema } from "./snowflake-schema.ts";
import { teamsSchema } from "./team-schema.ts";

/**
 * An environment file as it is written. A further type of source, lake, engine, catalog or warehouse is one
 * more option of its union.
 */

const secondMs = 1_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
const MB = 1e6;
const TB = 1e12;

/**
 * Measured with one thread and with four, on days of 20,000 to 600,000 rows: firebase_events are lifted with 128 MB,
 * ga4_events with 320 MB, ga360_sessions with 500 MB and not with 460 MB. What runs out does so hours into a backfill.
 */
const leastMemory = {
  minBytes: 500 * MB,
  maxBytes: 16 * TB,
  whyNotLess: "with less, days of GA4 and of GA360 with their hits end for want of memory",
};

/** A path on this machine; it is made absolute later, from the configuration's folder. */
function parsePath(text: string): Parsed<string> {
  const rule = "a path on this machine, relative to the folder that holds environments/, or absolute";
  if (/^[A-Za-z][A-Za-z0-9+.-]+:\/\//.test(text)) {
    return {
      problem: { failed: "is an address", rule, remedy: "name a folder; a lake on S3 has `type: s3`" },
    };
  }
  if (text === "~" || text.startsWith("~/")) {
    return { problem: { failed: "begins with ~", rule, remedy: "write the home folder's absolute path" } };
  }
  if (text.trim() === text && /^[^\p{C}\p{Zl}\p{Zp}]{1,1000}$/u.test(text)) return { value: text };
  return { problem: { failed: "is not a path", rule, remedy: 'write it like "./data/lake"' } };
}

/** Only files to be read may lie on S3 by address. */
function parseSourceRoot(text: string): Parsed<string> {
  return text.startsWith("s3://") ? parseS3Url(text, "an address on S3") : parsePath(text);
}

const pathField = (description: string, example: string) =>
  textField(parsePath, { description, example, rule: "a path, relative to the configuration's folder" });

const type = <Name extends string>(name: Name, description: string) => z.literal(name).meta({ description });

const source = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: type("files", "Shards as files, as `bq extract` leaves them."),
      root: textField(parseSourceRoot, {
        description: "Folder, or place on S3, with one folder for each dataset.",
        example: "./data/source",
        rule: "a path, relative to the configuration's folder, or s3://bucket/prefix/",
      }),
      region: lakeRegionField("the bucket, where root is on S3"),
      ...s3AccessFields,
    }),
    bigQuerySourceSchema,
  ])
  .meta({ description: "Where the shards are." });

const lake = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: type("folder", "A folder of this machine."),
      root: pathField("Folder of the lake; made where it is missing.", "./data/lake"),
    }),
    s3LakeSchema,
  ])
  .meta({ description: "Where extracted days are kept." });

const engine = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: type("duckdb", "DuckDB in this process."),
      memory: sizeField(leastMemory, {
        description:
          "Upper limit of what the engine holds in memory, for a day of any size; 500 MB at least.",
        example: "1 GB",
      }).prefault("1 GB"),
      threads: countField(
        { min: 1, max: 1024 },
        { description: "Threads it works with.", example: 4, otherwise: "one for each core" },
      ).optional(),
      file_size: sizeField(
        { minBytes: 1 * MB, maxBytes: 5_000 * MB },
        {
          description: "Size that the lake's files aim at; a day's last one may be smaller.",
          example: "400 MB",
        },
      ).prefault("400 MB"),
      spill: textField(parsePath, {
        description: "Folder for what does not fit into memory; emptied after use.",
        example: "./data/spill",
        rule: "a path, relative to the configuration's folder",
        otherwise: "a folder of the system for temporary files",
      }).optional(),
    }),
    glueEngineSchema,
  ])
  .meta({ description: "What turns shards into files of the lake." })
  .prefault({ type: "duckdb" });

const catalog = z
  .discriminatedUnion("type", [z.strictObject({ type: type("none", "No catalog.") }), glueCatalogSchema])
  .meta({ description: "What names the lake's days to other tools." })
  .prefault({ type: "none" });

const warehouse = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: type("duckdb", "One DuckDB file."),
      path: pathField("The DuckDB file; made where it is missing.", "./data/warehouse.duckdb"),
      wait: durationField(
        { minMs: secondMs, maxMs: dayMs },
        { description: "How long to wait while another process has the file.", example: "10 minutes" },
      ).prefault("10 minutes"),
    }),
    snowflakeSchema,
    z.strictObject({
      type: type("none", "No warehouse: the lake is asked as it is, or through the catalog."),
    }),
  ])
  .meta({ description: "Where hot and cold tables are asked." });

const secrets = z
  .strictObject({
    hash_key: textField(parseSecretReference, {
      description:
        "Key for `columns.hash`, by reference. Whoever has it can test guesses against the hashes.",
      example: "env:SHARDLIFT_HASH_KEY",
      pattern: secretPattern,
      rule: secretRule,
      otherwise: "none; pipelines that hash are refused",
    }).optional(),
  })
  .meta({ description: "Secrets, by reference and never by value." })
  .prefault({});

const retry = z
  .strictObject({
    attempts: countField(
      { min: 1, max: 20 },
      { description: "How often a call to an outside system is tried in all.", example: 5 },
    ).prefault(5n),
    max_wait: durationField(
      { minMs: secondMs, maxMs: hourMs },
      { description: "Longest pause between two attempts.", example: "2 minutes" },
    ).prefault("2 minutes"),
  })
  .meta({ description: "How faults of outside systems are met." })
  .prefault({});

export const environmentSchema = z
  .strictObject({
    production: z
      .boolean()
      .meta({ description: "Whether the guards of production hold; `--now` is refused then." })
      .prefault(false),
    source,
    lake,
    engine,
    catalog,
    warehouse,
    secrets,
    retry,
    keep: durationField(
      { minMs: 600 * secondMs, maxMs: 366 * dayMs },
      {
        description:
          "How long a replaced generation stays in the lake; an attempt must end within half of it.",
        example: "24 hours",
      },
    ).prefault("24 hours"),
    teams: teamsSchema,
    runner: runnerSchema,
    alerts: alertsSchema,
    airflow: airflowSchema,
  })
  .meta({
    title: "Shardlift environment",
    description: "What the platform team declares: the places data passes.",
  });

/** Every key checked and with its default; still in the file's own names. */
export type EnvironmentFile = z.output<typeof environmentSchema>;
