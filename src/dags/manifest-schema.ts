import { z } from "zod";

/** `dags/shardlift_manifest.json`: what Airflow draws. A reader of another version refuses it. */
export const manifestVersion = 1;

const word = z.string().min(1).max(4096);
const name = z.string().regex(/^[A-Za-z0-9_.-]{1,200}$/);
const seconds = z.int().min(0);

/** A parameter of the form that becomes a flag: with its value, or, where it is true, alone. */
const binding = z.strictObject({ param: name, flag: word, as: z.enum(["value", "switch"]) });

/** A field of the form of the trigger page; `schema` is JSON Schema. Without `default` it must be filled in. */
const field = z.strictObject({
  name,
  schema: z.record(z.string(), z.unknown()),
  default: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
});

/** A hot table that a task brings rows into; `table` is what the command's line calls it. */
const outlet = z.strictObject({ name: word, uri: word, table: word });

const task = z.strictObject({
  id: name,
  /** The command's words, without the program. */
  argv: z.array(word).min(1),
  form: z.array(binding),
  /** Ids of the tasks before it. */
  after: z.array(name),
  retries: z.int().min(0),
  retry_delay_seconds: seconds,
  max_retry_delay_seconds: seconds,
  /** Of one call of the command. */
  timeout_seconds: seconds,
  /** After an answer of 75 it is asked again, until patience is over. */
  poke_seconds: seconds,
  patience_seconds: seconds,
  after_patience: z.enum(["go-on", "fail"]),
  /** Whether days that its line calls missing are told to people. */
  tells_missing: z.boolean(),
  outlets: z.array(outlet),
  /** The key of its line that later tasks take; null: the whole line. */
  result: word.nullable(),
  /** Once for each item of another task's result, as the value of a flag; so many at once as a parameter says. */
  spread: z.strictObject({ task: name, flag: word, at_once: name }).nullable(),
  /** null: Airflow's default pool. */
  pool: word.nullable(),
});

const dag = z.strictObject({
  id: name,
  kind: z.enum(["whole", "intraday", "sweep", "backfill"]),
  /** null: not of one pipeline. */
  pipeline: name.nullable(),
  description: z.string(),
  /** Markdown for the page of the DAG. */
  doc: z.string(),
  /** Cron text in UTC; null: by hand only. */
  schedule: word.nullable(),
  start: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  tags: z.array(word),
  owner: z.string().min(1),
  max_active_runs: z.int().min(1),
  max_active_tasks: z.int().min(1),
  fields: z.array(field),
  /** A run of `airflow backfill` takes the day before its logical date; null: it takes what every run takes. */
  backfill: z.strictObject({ flag: word, time_zone: word }).nullable(),
  tasks: z.array(task).min(1),
});

const secret = z.discriminatedUnion("from", [
  z.strictObject({ from: z.literal("env"), name: word }),
  z.strictObject({ from: z.literal("file"), path: word }),
  z.strictObject({ from: z.literal("aws-secret"), arn: word }),
]);

const runner = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("bash"),
    command: z.array(word).min(1),
    variables: z.record(z.string(), z.string()),
  }),
  z.strictObject({
    type: z.literal("ecs"),
    cluster: word,
    task_definition: word,
    container: word,
    subnets: z.array(word).min(1),
    security_groups: z.array(word).min(1),
    log_group: word,
    log_prefix: word,
    region: word,
    variables: z.record(z.string(), z.string()),
  }),
]);

const alerts = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("none") }),
  z.strictObject({ type: z.literal("webhook"), url: secret }),
  z.strictObject({ type: z.literal("sns"), topic: word }),
]);

export const manifestSchema = z
  .strictObject({
    version: z.literal(manifestVersion),
    /** The release that wrote it. */
    shardlift: word,
    environment: name,
    runner,
    alerts,
    dags: z.array(dag),
  })
  .meta({ title: "Shardlift DAG manifest", description: "What `shardlift compile` tells Airflow to draw." });

export type DagManifest = z.output<typeof manifestSchema>;
export type DagEntry = DagManifest["dags"][number];
export type TaskEntry = DagEntry["tasks"][number];
export type FormField = DagEntry["fields"][number];
