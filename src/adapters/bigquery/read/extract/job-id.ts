import { createHash } from "node:crypto";
import type { SourceVersion } from "../../../../days/shards.ts";
import type { TablePlace } from "../../names.ts";

/** Where an extract puts its objects. */
export interface ExtractPlace {
  bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  prefix: string;
}

/**
 * One version of one table has one job in one place, whoever starts it: a second start is refused as a duplicate, and
 * joins. Ids are taken for ever, so a job that failed, or whose objects are gone, is followed by the next number.
 */
export function buildJobId(
  { project, dataset, table }: TablePlace,
  { modified, rows, bytes, etag }: SourceVersion,
  { bucket, prefix }: ExtractPlace,
  number: number,
): string {
  const parts = [project, dataset, table, modified, rows, bytes, etag, bucket, prefix];
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
  return `shardlift_${digest}_${number}`;
}

/** Where a job's objects begin: nothing else lies there. */
export function buildObjectsPrefix({ prefix }: ExtractPlace, jobId: string): string {
  return `${prefix === "" ? "" : `${prefix}/`}${jobId}/`;
}
