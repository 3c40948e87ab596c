import { z } from "zod";
import { parseDay } from "../days/day.ts";
import { families, familyNames, shardKinds } from "../days/families.ts";
import {
  columnPathField,
  dayCountField,
  durationField,
  lineField,
  textField,
  transformWith,
} from "./fields.ts";
import { filterCondition } from "./filter-schema.ts";
import type { Parsed } from "./issue.ts";
import { parseCron } from "./parse-cron.ts";
import {
  derivedSuffixes,
  parseConfigName,
  parseDataset,
  parseProject,
  parseTableName,
} from "./parse-names.ts";
import { parseSizeBytes } from "./parse-size.ts";
import { parseTimeZone } from "./parse-time-zone.ts";

/**
 * A pipeline file as it is written: types, defaults and descriptions of its keys. The JSON Schema, the page
 * docs/configuration.md and all messages about single keys come from here; what ties keys together is in
 * pipeline-rules.ts.
 */

const minuteMs = 60_000;
const dayMs = 86_400_000;

export function parseStart(text: string) {
  const day = parseDay(text);
  if (day !== null) return { value: day };
  const rule = "a day of the calendar, written year-month-day";
  return { problem: { failed: "is not a day", rule, remedy: 'write it like "2021-03-01"' } };
}

const property = z
  .strictObject({
    dataset: textField(parseDataset, {
      description:
        "BigQuery dataset the property is exported to; for files, the folder below the source's root.",
      example: "analytics_123456789",
      pattern: "^[A-Za-z0-9_]+$",
    }),
    project: textField(parseProject, {
      description: "Google Cloud project that holds the dataset. Not needed for files.",
      example: "shop-prod",
    }).optional(),
    time_zone: textField(parseTimeZone, {
      description: "The property's reporting time zone: a shard is a day in it.",
      example: "Europe/Berlin",
      rule: "an IANA name",
    }),
    start: textField(parseStart, {
      description: "Days before it are ignored.",
      example: "2021-03-01",
      pattern: "^\\d{4}-\\d{2}-\\d{2}$",
      rule: "year-month-day",
      otherwise: "from the first shard on",
    }).optional(),
  })
  .meta({ description: "Where the property's shards are and how its days run." });

const family = z.strictObject({
  family: z.enum(familyNames).meta({
    description: `What the rows are: ${familyNames.map((name) => `${name} (${families[name].title})`).join(", ")}.`,
    example: "ga4_events",
  }),
  table: textField(parseTableName, {
    description: `Hot table in the warehouse. Shardlift makes its sisters by appending ${derivedSuffixes.join(", ")}.`,
    example: "analytics.web_shop_events",
    pattern: "^[A-Za-z_][A-Za-z0-9_]*\\.[A-Za-z_][A-Za-z0-9_]*$",
    rule: "schema.table",
  }),
  shards: z
    .array(z.enum(shardKinds))
    .min(1)
    .max(3)
    .meta({
      description: "Kinds of shards that may stand for a day; daily stands before fresh before intraday.",
      otherwise: "every kind the family has",
    })
    .optional(),
  duplicates: z
    .enum(["event_id", "keep"])
    .meta({
      description: "What happens to rows with the same event_id: one stays, or all do.",
      otherwise: "event_id for events, keep for sessions and users",
    })
    .optional(),
  keep_duplicates: z
    .boolean()
    .meta({ description: "Whether removed rows are kept in the lake, under `_duplicates/`." })
    .prefault(false),
});

const columns = z
  .strictObject({
    drop: z
      .array(columnPathField("A column, a member of a struct, or a parameter key.", "user_properties.email"))
      .max(1000)
      .meta({ description: "Left out of lake and warehouse: columns, members and parameter keys." })
      .prefault([]),
    hash: z
      .array(columnPathField("A column, a member of a struct, or a parameter key.", "user_id"))
      .max(1000)
      .meta({ description: "Replaced by HMAC-SHA-256 under the environment's `secrets.hash_key`." })
      .prefault([]),
  })
  .meta({ description: "Personal data: what is dropped and what is hashed." })
  .prefault({});

function parseMaxRead(input: bigint | string): Parsed<{ ordinaryRuns: number } | { bytes: number }> {
  if (typeof input === "string") {
    const size = parseSizeBytes(input, { minBytes: 1e6, maxBytes: 1e18 });
    return "value" in size ? { value: { bytes: size.value } } : size;
  }
  if (input >= 1n && input <= 100_000n) return { value: { ordinaryRuns: Number(input) } };
  const rule = "a number of ordinary runs from 1 to 100000, or a size";
  return { problem: { failed: "is out of range", rule, remedy: 'write it like 20, or "2 TB"' } };
}

export const pipelineSchema = z
  .strictObject({
    name: textField(parseConfigName, {
      description: "The pipeline's name; its file is named after it.",
      example: "web-shop",
      pattern: "^[a-z0-9][a-z0-9-]*$",
      rule: "small letters, digits and hyphens",
    }),
    owner: lineField("an owner", {
      description: "Who is asked when the pipeline fails: an address or a team.",
      example: "growth@example.com",
    }),
    property,
    families: z.array(family).min(1).max(5).meta({
      description: "What is taken from the property; each family goes into a table of its own.",
    }),
    schedule: textField(parseCron, {
      description: "When Airflow runs the pipeline, as cron text in UTC.",
      example: "0 */3 * * *",
      rule: "five cron fields, or @hourly, @daily, @weekly, @monthly, @yearly",
      otherwise: "never by itself",
    }).optional(),
    lookback: dayCountField(
      { min: 1, max: 366 },
      { description: "How many last days a run looks at.", example: "10 days" },
    ).prefault("10 days"),
    late_after: durationField(
      { minMs: minuteMs, maxMs: 60 * dayMs },
      {
        description:
          "A day without a shard is called missing this long after its end in the property's time zone.",
        example: "36 hours",
      },
    ).prefault("36 hours"),
    retention: dayCountField(
      { min: 1, max: 36_500 },
      {
        description: "How many days stay in the hot table; older ones are in lake and cold table only.",
        example: "400 days",
        otherwise: "all days stay hot",
      },
    ).optional(),
    schema: z
      .enum(["evolve", "freeze"])
      .meta({ description: "Whether new source columns are taken over (evolve) or stop the run (freeze)." })
      .prefault("evolve"),
    columns,
    filter: z
      .array(filterCondition)
      .max(100)
      .meta({
        description:
          "Conditions that a row must all meet to be taken; the others are counted. A shard that lacks a condition's column altogether is taken whole.",
      })
      .prefault([]),
    max_read: z
      .union([z.bigint(), z.string()])
      .transform(transformWith(parseMaxRead))
      .meta({
        description: "A run that would read more stops and shows its plan: so many ordinary runs, or a size.",
        example: "2 TB",
        rule: "a number of ordinary runs, or a size",
      })
      .prefault(20n),
  })
  .meta({ title: "Shardlift pipeline", description: "What a team declares: families of one property." });

/** Every key checked and with its default; still in the file's own names. */
export type PipelineFile = z.output<typeof pipelineSchema>;
