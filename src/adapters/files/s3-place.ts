import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { S3Place } from "../../config/types.ts";
import { ShardliftError } from "../../errors.ts";
import { type Bucket, locate, openBucket, type S3Limits } from "../s3/bucket.ts";
import { type Again, type BucketObject, listObjects } from "../s3/list-objects.ts";
import { readObjectSafely } from "../s3/read-object.ts";
import { type FileStat, hashNames } from "./file-version.ts";
import { readFooterBytes } from "./footer-bytes.ts";
import { checkDataset, groupByTable } from "./list-folder.ts";
import { type FilesPlace, hasRows, pickDecisive, type ShardState } from "./shard-state.ts";

export interface S3FilesOptions extends S3Place {
  again: Again;
  limits?: S3Limits;
}

/**
 * Datasets as prefixes of a bucket. One call lists a table's files with sizes, times and etags, and an etag stands for
 * a content: nothing is read to tell whether a shard changed.
 */
export function createS3FilesPlace(options: S3FilesOptions): FilesPlace {
  const { again } = options;
  const bucket = openBucket(options, options.limits);
  const listBelow = (dataset: string, start: string) =>
    listFolder(bucket, again, `${checkDataset(dataset)}/`, start);
  return {
    location: `bucket ${bucket.url}`,
    async list(dataset) {
      const found = await listBelow(dataset, "");
      if (found.length === 0) throw buildMissingError(bucket, dataset);
      return groupByTable(found.map(({ name }) => name));
    },
    async readState(dataset, table) {
      const found = await listBelow(dataset, table);
      const files = groupByTable(found.map(({ name }) => name)).get(table) ?? [];
      if (!hasRows(files)) return null;
      const stats = new Map(found.map((file) => [file.name, file]));
      const decisive = pickDecisive(files).map((file) => stats.get(file.name)!);
      return { folder: `${bucket.url}${dataset}`, files, stats: decisive };
    },
    pathOf: ({ folder }, name) => `${folder}/${name}`,
    hashContent: async ({ stats }) => hashNames(stats),
    readText: async (state, name) => new TextDecoder().decode(await readFile(bucket, again, state, name)),
    async withFooter(state, name, read) {
      const footer = await readFooterBytes(statOf(state, name).bytes, (range) =>
        readFile(bucket, again, state, name, range),
      );
      return withTemporary(footer, read);
    },
  };
}

/** Objects of one folder whose names begin with a text; consoles mark an empty folder by an object without name. */
async function listFolder(bucket: Bucket, again: Again, folder: string, start: string): Promise<FileStat[]> {
  const base = locate(bucket, folder);
  const files: FileStat[] = [];
  for await (const object of listObjects(bucket, again, `${base}${start}`, "/")) {
    files.push(buildStat(object, base.length));
  }
  return files;
}

function buildStat({ key, bytes, etag, modifiedMs }: BucketObject, baseLength: number): FileStat {
  const modifiedNs = BigInt(modifiedMs) * 1_000_000n;
  return { name: key.slice(baseLength), bytes, modifiedNs, isFile: true, etag };
}

function statOf({ stats }: ShardState, name: string): FileStat {
  const found = stats.find((file) => file.name === name);
  if (found === undefined) throw new Error(`${name} is no file of this state`);
  return found;
}

/** A file, or a range of it, in exactly this state. */
async function readFile(
  bucket: Bucket,
  again: Again,
  state: ShardState,
  name: string,
  range?: string,
): Promise<Uint8Array> {
  const { etag } = statOf(state, name);
  const key = `${state.folder.slice(`s3://${bucket.place.bucket}/`.length)}/${name}`;
  const asked = { key, ...(etag === undefined ? {} : { etag }), ...(range === undefined ? {} : { range }) };
  const found = await again(() => readObjectSafely(bucket, asked));
  if (found === null) throw buildGoneError(`${state.folder}/${name}`);
  return found.body;
}

async function withTemporary<T>(body: Uint8Array, read: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "shardlift-footer-"));
  try {
    const path = join(folder, "footer.parquet");
    await writeFile(path, body);
    return await read(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function buildMissingError(bucket: Bucket, dataset: string): ShardliftError {
  return new ShardliftError("config", {
    failed: `There is nothing below ${bucket.url}${dataset}/, where the dataset ${dataset} should be.`,
    rule: "a files source keeps shards in <root>/<dataset>/<shard>[-NNN].(parquet|jsonl|jsonl.gz)",
    remedy:
      "correct source.root in the environment or property.dataset in the pipeline, or put the exports there",
  });
}

function buildGoneError(path: string): ShardliftError {
  return new ShardliftError(
    "outside",
    { failed: `${path} went away while it was read.`, remedy: "run again when the exports stand still" },
    { retryable: true },
  );
}
