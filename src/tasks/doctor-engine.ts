import type { Pipeline } from "../config/types.ts";
import { type Day, dayAt } from "../days/day.ts";
import { type FamilyName, families } from "../days/families.ts";
import type { Field } from "../days/schema.ts";
import { ShardliftError } from "../errors.ts";
import { formatPlural } from "../plan/format.ts";
import type { DayExtract, Job, Ports } from "../ports.ts";
import { buildRecipe } from "../sql/build-recipe.ts";
import { listKeys } from "./doctor-lake.ts";
import { renderDifference } from "./ensure-job.ts";

/** What a real extract of one row takes. */
export interface EngineTrial {
  pipeline: Pipeline;
  ports: Ports;
  signal: AbortSignal;
  /** A file with `probeRow` as one line of JSON, readable by the engine. */
  probePath: string;
  /** Its size. */
  probeBytes: number;
}

/** The row that `tryEngine` lifts; whoever calls writes it to a file as one line of JSON. */
export const probeRow = { event_name: "doctor", event_timestamp: 1, event_params: [] };

const probeSchema: Field[] = [
  { name: "event_name", type: "STRING", mode: "NULLABLE" },
  { name: "event_timestamp", type: "INTEGER", mode: "NULLABLE" },
  {
    name: "event_params",
    type: "RECORD",
    mode: "REPEATED",
    fields: [
      { name: "key", type: "STRING", mode: "NULLABLE" },
      {
        name: "value",
        type: "RECORD",
        mode: "NULLABLE",
        fields: [{ name: "string_value", type: "STRING", mode: "NULLABLE" }],
      },
    ],
  },
];

/** Looks at it and starts nothing: a run costs a minute of its workers. */
export async function tryJob(job: Job, { name }: Pick<Pipeline, "name">): Promise<string> {
  const { digest } = await job.readScript();
  const { exists, fields, tags } = await job.compare(digest);
  const differences = [...fields, ...tags].map(renderDifference);
  if (exists && differences.length === 0)
    return `${job.location}: script, definition and tags are as they should be`;
  throw new ShardliftError("config", {
    failed: exists ? `${job.location} is not as it should be.` : `${job.location} is not there.`,
    rule: "runs are started only of a job that is as release and environment define it",
    ...(exists ? { received: differences.join("; ") } : {}),
    remedy: `shardlift ensure-job --pipeline ${name}`,
  });
}

/** A real extract of one row, into a folder of its own that goes again. */
export async function tryEngine({
  pipeline,
  ports,
  signal,
  probePath,
  probeBytes,
}: EngineTrial): Promise<string> {
  const family: FamilyName = "ga4_events";
  const day: Day = dayAt(ports.clock.now(), pipeline.property.timeZone);
  const prefix = `_doctor/${ports.randomHex(16)}/`;
  const rules = { columns: { drop: [], hash: [] }, filter: [] };
  const duplicates = "event_id" as const;
  const recipe = buildRecipe({
    ...rules,
    family: families[family],
    pipelineFamily: { duplicates },
    schema: probeSchema,
  });
  const version = {
    table: "doctor",
    kind: "daily" as const,
    modified: "1",
    rows: 1,
    bytes: probeBytes,
    etag: null,
    content: null,
  };
  const parts = [{ path: probePath, format: "jsonl" as const, bytes: probeBytes }];
  const shard = { version, schema: probeSchema, parts };
  const extract: DayExtract = {
    pipeline: "doctor",
    family,
    day,
    shard,
    recipe,
    prefix,
    duplicatesPrefix: null,
    deadlineMs: ports.clock.now() + 60 * 60_000,
  };
  try {
    for await (const outcome of ports.engine.extract([extract], { signal, onRows: () => {} })) {
      if ("error" in outcome) throw outcome.error;
      const { engine, balance } = outcome.report;
      return `${engine.name} ${engine.version} lifted ${formatPlural(balance.written, "row")} into ${ports.store.location}`;
    }
  } finally {
    await ports.store.remove(await listKeys(ports.store, prefix));
  }
  throw new Error("the engine gave no outcome");
}
