import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import pMap from "p-map";
import { buildConfigDigest, type ConfigFile, findNamedDigest } from "../../config/config-digest.ts";
import { maxFileBytes } from "../../config/read-files.ts";
import { isShardliftError, ShardliftError } from "../../errors.ts";
import { type Bucket, locate, openBucket } from "./bucket.ts";
import { type Again, type BucketObject, listObjects } from "./list-objects.ts";
import { buildNamedPlace, type S3Variables } from "./named-place.ts";
import { readObjectSafely } from "./read-object.ts";

export interface ConfigFetch {
  /** `s3://bucket/prefix/`, where `pipelines/` and `environments/` are. */
  url: string;
  region: string;
  /** Where the files are put; it is there. */
  folder: string;
  env: S3Variables;
  again: Again;
}

const maxFiles = 5_000;
const readsAtOnce = 32;

/**
 * Fetches the YAML files of a configuration. What was deployed is named by its content, and is checked against it.
 * @throws ShardliftError `config` or `outside`, whose message names the address
 */
export async function fetchConfig(fetch: ConfigFetch): Promise<void> {
  const files = await readFiles(fetch);
  if (files.length === 0) throw buildEmptyError(fetch.url);
  checkDigest(fetch.url, files);
  for (const { name, body } of files) {
    await mkdir(dirname(join(fetch.folder, name)), { recursive: true });
    await writeFile(join(fetch.folder, name), body);
  }
}

async function readFiles({ url, region, env, again: retry }: ConfigFetch): Promise<ConfigFile[]> {
  const bucket = openBucket(buildNamedPlace(url, region, env));
  const again: Again = (work) => retry(work).catch((error) => Promise.reject(explain(url, error)));
  const found = await Promise.all(
    ["pipelines/", "environments/"].map((folder) => listYaml(bucket, again, folder)),
  );
  const names = found.flat();
  if (names.length > maxFiles) throw buildTooMuchError(url, `${names.length} files`);
  return pMap(names, (name) => readFile(bucket, again, name), { concurrency: readsAtOnce });
}

/** Files right in a folder; names without a slash lead nowhere else. */
async function listYaml(bucket: Bucket, again: Again, folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const object of listObjects(bucket, again, locate(bucket, folder), "/")) {
    const name = object.key.slice(locate(bucket, "").length);
    if (!/^[^/\\]+\.ya?ml$/i.test(name.slice(folder.length))) continue;
    checkSize(bucket, name, object);
    names.push(name);
  }
  return names;
}

function checkSize({ url }: Bucket, name: string, { bytes }: BucketObject): void {
  if (bytes > maxFileBytes) throw buildTooMuchError(url, `${name} of ${bytes} bytes`);
}

async function readFile(bucket: Bucket, again: Again, name: string): Promise<ConfigFile> {
  const found = await again(() => readObjectSafely(bucket, { key: locate(bucket, name) }));
  if (found !== null) return { name, body: found.body };
  const failed = `The configuration at ${bucket.url} changed while it was read.`;
  throw new ShardliftError("outside", { failed, received: `${name} went away`, remedy: "run again" });
}

function checkDigest(url: string, files: readonly ConfigFile[]): void {
  const named = findNamedDigest(url);
  const digest = buildConfigDigest(files);
  if (named === null || named === digest) return;
  throw new ShardliftError("config", {
    failed: `The configuration at ${url} is not the one that was deployed there.`,
    rule: "a deployed configuration is named by the hash of its files, and never changed",
    received: `files whose hash is ${digest}`,
    remedy: "run `shardlift deploy`, and find out who else writes there",
  });
}

/** The adapter's words for a lake would send people to the wrong place. */
function explain(url: string, error: unknown): unknown {
  if (!isShardliftError(error)) return error;
  const { received, remedy } = error.parts;
  const { code, retryable } = error;
  return new ShardliftError(
    code,
    {
      failed: `The configuration cannot be read from ${url}.`,
      rule: "SHARDLIFT_CONFIG or --config names a folder, or a place on S3 that the role may list and read",
      ...(received === undefined ? {} : { received }),
      remedy: `correct the address; if it is right: ${remedy ?? "run again"}`,
    },
    { retryable },
  );
}

function buildEmptyError(url: string): ShardliftError {
  return new ShardliftError("config", {
    failed: `There is no configuration at ${url}.`,
    rule: "pipelines/*.yaml and environments/*.yaml lie right below the address",
    received: "no such objects",
    remedy: "run `shardlift deploy`, or correct SHARDLIFT_CONFIG",
  });
}

function buildTooMuchError(url: string, received: string): ShardliftError {
  return new ShardliftError("config", {
    failed: `What lies at ${url} is no configuration.`,
    rule: `at most ${maxFiles} files of at most ${maxFileBytes / 1e6} MB`,
    received,
    remedy: "correct SHARDLIFT_CONFIG",
  });
}
