import { dirname } from "node:path";
import { createFilesSource } from "../../src/adapters/files/source.ts";
import type { DayExtract, GenerationReport, OpenShard } from "../../src/ports.ts";
import { dataset, project, renderKey } from "../adapters/bigquery/bigquery-world.ts";
import { lift, type ReadWorld, reportOf, table } from "../adapters/bigquery-read/read-world.ts";
import { runScript, type ScriptEnd } from "./run-script.ts";

/** Spark's script with a double as its Google, signed in by a key unless said otherwise. */
export function runAtDouble(
  { double, read, root, store }: ReadWorld,
  days: readonly DayExtract[],
  changes: { args?: Record<string, string>; env?: Record<string, string>; deadlineMs?: number } = {},
): Promise<ScriptEnd> {
  const google = {
    google_project: project,
    google_auth: "service_account",
    google_private_key: "env:GOOGLE_KEY",
    google_read_endpoint: read.endpoint,
    google_storage_endpoint: double.endpoint,
    google_token_endpoint: double.endpoint,
  };
  return runScript({
    root: dirname(root),
    store,
    days,
    ...(changes.deadlineMs === undefined ? {} : { deadlineMs: changes.deadlineMs }),
    args: { min_task_bytes: "1", ...google, ...changes.args },
    env: { GOOGLE_KEY: renderKey(), ...changes.env },
  });
}

/** What the one-machine engine makes of the same shard's files. */
export async function liftFiles(
  { root, plain }: ReadWorld,
  place: { dataset: string; table: string } = { dataset, table },
): Promise<GenerationReport> {
  const shard = (await createFilesSource({ root }).openShard(place.dataset, place.table, "daily"))!;
  return reportOf((await lift(plain, { shard, prefix: "files/" })).outcome);
}

/** As an extract job would leave it: the table's files as objects of a bucket, which the spec names one by one. */
export function putObjects(
  { double }: ReadWorld,
  bucket: string,
  bodies: readonly Buffer[],
): OpenShard["parts"] {
  const { objects } = double.world.buckets.get(bucket)!;
  return bodies.map((body, index) => {
    const name = `shardlift/job 1/part-${index}.parquet`;
    const generation = 1_763_600_000_000_000 + index;
    objects.set(name, { body, createdMs: double.clock.now(), generation });
    const path = `gs://${bucket}/${name}`;
    return { path, format: "parquet" as const, bytes: body.length, etag: String(generation) };
  });
}
