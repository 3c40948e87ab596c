import { resolve } from "node:path";
import { buildBigQuerySource } from "./build-bigquery.ts";
import type { EnvironmentFile } from "./environment-schema.ts";
import type { Environment, GlueEngine, S3Place } from "./types.ts";

/** Source, lake, engine and catalog as adapters take them, from a file whose rules all hold. */

export function buildSource({ source, lake }: EnvironmentFile, root: string): Environment["source"] {
  if (source.type === "bigquery") return buildBigQuerySource(source, root, lakeRegion(lake));
  const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)\/(.*?)\/?$/.exec(source.root) ?? [];
  if (bucket === undefined) return { type: source.type, root: resolve(root, source.root), s3: null };
  const region = source.region ?? lakeRegion(lake);
  return { type: source.type, root: source.root, s3: { bucket, prefix, region, ...buildAccess(source) } };
}

/** Rules have seen to it that there is one wherever it is asked for. */
function lakeRegion(lake: EnvironmentFile["lake"]): string {
  return lake.type === "s3" ? lake.region : "";
}

function buildAccess(raw: {
  bucket_owner?: string | undefined;
  endpoint?: string | undefined;
  path_style: boolean;
}): Pick<S3Place, "bucketOwner" | "endpoint" | "pathStyle"> {
  const { bucket_owner: owner, endpoint, path_style: pathStyle } = raw;
  return { bucketOwner: owner ?? null, endpoint: endpoint ?? null, pathStyle };
}

export function buildLake({ lake }: EnvironmentFile, root: string): Environment["lake"] {
  if (lake.type === "folder") return { type: lake.type, root: resolve(root, lake.root) };
  const { type, bucket, prefix, region, kms_key: kmsKey } = lake;
  return { type, bucket, prefix, region, kmsKey: kmsKey ?? null, ...buildAccess(lake) };
}

export function buildEngine({ engine, lake }: EnvironmentFile, root: string): Environment["engine"] {
  if (engine.type === "glue") return buildGlueEngine(engine, lakeRegion(lake));
  return {
    type: engine.type,
    memoryBytes: engine.memory,
    threads: engine.threads ?? null,
    fileBytes: engine.file_size,
    spill: engine.spill === undefined ? null : resolve(root, engine.spill),
  };
}

/** List prices of most regions. */
const dpuHourUsd = { standard: 0.44, flex: 0.29 };

function buildGlueEngine(
  raw: Extract<EnvironmentFile["engine"], { type: "glue" }>,
  lakeRegion: string,
): GlueEngine {
  const { type, job, role, region, endpoint, workers, tags } = raw;
  return {
    ...{ type, job, role, workers, tags },
    region: region ?? lakeRegion,
    endpoint: endpoint ?? null,
    workerType: raw.worker_type,
    timeoutMs: raw.timeout,
    executionClass: raw.execution_class,
    maxConcurrentRuns: raw.max_concurrent_runs,
    daysPerRun: raw.days_per_run,
    bytesPerRun: raw.bytes_per_run,
    fileBytes: raw.file_size,
    taskMemoryBytes: raw.task_memory ?? null,
    onAbort: raw.on_abort,
    dpuHourUsd: raw.dpu_hour ?? dpuHourUsd[raw.execution_class],
  };
}

export function buildCatalog({ catalog, engine, lake }: EnvironmentFile): Environment["catalog"] {
  if (catalog.type === "none") return { type: catalog.type };
  const { type, region, endpoint, crawler_role: role } = catalog;
  return {
    type,
    region: region ?? lakeRegion(lake),
    endpoint: endpoint ?? null,
    databasePrefix: catalog.database_prefix,
    crawler: role === undefined ? null : { role },
    tags: catalog.tags ?? (engine.type === "glue" ? engine.tags : {}),
  };
}
