import { createHash } from "node:crypto";
import type { JobUpdate } from "@aws-sdk/client-glue";
import type { SecretReference } from "../../config/types.ts";
import { scriptPrefix } from "../../lake/keys.ts";
import type { ScriptIndex } from "../../lake/script-index.ts";
import { flattenDefinition } from "./flatten-definition.ts";
import { buildLakeUrl, type GlueOptions } from "./options.ts";
import { chooseTaskCpus } from "./worker-types.ts";

/** Spark 3.5.6, Python 3.11, Java 17. */
const glueVersion = "5.1";
const minuteMs = 60_000;

/** Its value is the hash of all else: where it does not fit, somebody has edited the job. */
export const definitionArgument = "--shardlift_definition";

/**
 * The whole definition of a pipeline's job. All of it is sent with every update, since Glue forgets what is left
 * out. Runs override workers and timeout. Pure.
 */
export function buildJobDefinition(options: GlueOptions, script: ScriptIndex): JobUpdate {
  const { engine, pipeline, environment } = options;
  const root = `${buildLakeUrl(options.lake)}${scriptPrefix(script.digest)}`;
  const definition: JobUpdate = {
    Description: `Shardlift extracts of ${pipeline} in ${environment}. shardlift ensure-job keeps it: edits by hand do not last.`,
    Role: engine.role,
    Command: { Name: "glueetl", PythonVersion: "3", ScriptLocation: `${root}${script.script}` },
    DefaultArguments: buildArguments(options, script, root),
    ExecutionProperty: { MaxConcurrentRuns: engine.maxConcurrentRuns },
    ExecutionClass: engine.executionClass === "flex" ? "FLEX" : "STANDARD",
    GlueVersion: glueVersion,
    // One layer asks again, and it is not Glue: a second run of the same arguments would be a surprise to all.
    MaxRetries: 0,
    Timeout: Math.floor(engine.timeoutMs / minuteMs),
    WorkerType: engine.workerType,
    NumberOfWorkers: engine.workers.min,
  };
  const marker = { [definitionArgument]: hashDefinition(definition) };
  return { ...definition, DefaultArguments: { ...definition.DefaultArguments, ...marker } };
}

function buildArguments(options: GlueOptions, script: ScriptIndex, root: string): Record<string, string> {
  const { engine, lake, hashKey, sourcePlace } = options;
  const optional = {
    "--s3_endpoint": lake.endpoint,
    "--s3_kms_key": lake.kmsKey,
    "--s3_bucket_owner": lake.bucketOwner,
    // A source has a place of its own: with a region given, nothing of the lake's is taken for it.
    "--source_s3_region": sourcePlace?.region ?? null,
    "--source_s3_endpoint": sourcePlace?.endpoint ?? null,
    "--source_s3_bucket_owner": sourcePlace?.bucketOwner ?? null,
    // Left out, the script shares out what the worker has.
    "--task_memory_bytes": engine.taskMemoryBytes === null ? null : String(engine.taskMemoryBytes),
    "--hash_key": hashKey === null ? null : renderReference(hashKey),
  };
  return {
    "--job-language": "python",
    "--conf": buildSparkConf(options).join(" --conf "),
    "--extra-py-files": `${root}${script.archive}`,
    "--additional-python-modules": script.wheels.map((name) => `${root}${name}`).join(","),
    // The wheels are all there is: no index is asked, and no version but the pinned one is taken.
    "--python-modules-installer-option": "--no-deps --no-index",
    "--lake": buildLakeUrl(lake),
    "--file_bytes": String(engine.fileBytes),
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)) as Record<
      string,
      string
    >),
  };
}

function buildSparkConf({ engine }: GlueOptions): string[] {
  return [
    // GA4 has more than 100 fields: above this many Spark quietly turns its fast reader off.
    "spark.sql.codegen.maxFields=2000",
    `spark.task.cpus=${chooseTaskCpus(engine)}`,
    // The same task twice at once would write the same files twice.
    "spark.speculation=false",
    // The script counts the workers' cores when it begins: the first task waits until all are there, 30 s at most.
    "spark.scheduler.minRegisteredResourcesRatio=1.0",
    "spark.sql.session.timeZone=UTC",
  ];
}

/** Arguments are logged: a secret is named by where it is. */
export function renderReference(reference: SecretReference): string {
  switch (reference.from) {
    case "env":
      return `env:${reference.name}`;
    case "file":
      return `file:${reference.path}`;
    case "aws-secret":
      return `aws-secret:${reference.arn}`;
    default:
      return reference satisfies never;
  }
}

/** Of all its fields but the marker itself. */
export function hashDefinition(definition: object): string {
  const fields = flattenDefinition(definition);
  fields.delete(`DefaultArguments.${definitionArgument}`);
  const lines = [...fields].map(([name, value]) => `${name}=${value}`).sort();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

/** Cost tags: those of the environment, and whose the job is. */
export function buildJobTags({ engine, pipeline, environment }: GlueOptions): Record<string, string> {
  return { ...engine.tags, pipeline, environment };
}
