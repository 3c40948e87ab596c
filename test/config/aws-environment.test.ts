import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { brief, checkEnvironment } from "./texts.ts";

type Part = Record<string, unknown>;

const snowflake: Part = {
  type: "snowflake",
  account: "myorg-shop",
  user: "SHARDLIFT",
  role: "LOADER",
  warehouse: "WH",
  database: "ANALYTICS",
  stage: "ANALYTICS.SHARDLIFT.LAKE",
  integration: "SHARDLIFT_LAKE",
  lake_url: "s3://shop-lake/shardlift",
};
const source: Part = { type: "files", root: "s3://shop-exports/bq" };
const lake: Part = { type: "s3", bucket: "shop-lake", prefix: "shardlift", region: "eu-central-1" };
const role = "arn:aws:iam::123456789012:role/shardlift-glue";
const glue: Part = { type: "glue", job: "shardlift-prod", role };
const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shardlift/hash-key-AbCdEf";

/** An environment on AWS in which each part is as above, or as given. */
function check(given: Record<string, unknown> = {}) {
  return checkEnvironment(stringify({ source, lake, engine: glue, warehouse: snowflake, ...given }));
}

const failures = (given: Record<string, unknown>) =>
  brief(check(given).issues).map((text) => text.replace(/^\S+ /, ""));

describe("an environment on AWS", () => {
  test("has every default where it says little, and one region for all", () => {
    const { environment, issues } = check({ catalog: { type: "glue" } });
    expect(issues).toEqual([]);
    const reached = { region: "eu-central-1", bucketOwner: null, endpoint: null, pathStyle: false };
    expect(environment).toMatchObject({
      source: {
        type: "files",
        root: "s3://shop-exports/bq/",
        s3: { bucket: "shop-exports", prefix: "bq", ...reached },
      },
      lake: { type: "s3", bucket: "shop-lake", prefix: "shardlift", kmsKey: null, ...reached },
      engine: {
        type: "glue",
        job: "shardlift-prod",
        role,
        region: "eu-central-1",
        endpoint: null,
        workerType: "G.1X",
        workers: { min: 2, max: 20 },
        timeoutMs: 14_400_000,
        executionClass: "standard",
        maxConcurrentRuns: 3,
        daysPerRun: 10,
        bytesPerRun: 500e9,
        fileBytes: 400e6,
        taskMemoryBytes: null,
        onAbort: "leave",
        dpuHourUsd: 0.44,
        tags: {},
      },
      catalog: {
        type: "glue",
        region: "eu-central-1",
        endpoint: null,
        databasePrefix: "",
        crawler: null,
        tags: {},
      },
    });
  });

  test("is normalised as a whole", () => {
    const tags = { team: "growth", cost_centre: "4711" };
    const access = { bucket_owner: "012345678901", endpoint: "http://127.0.0.1:9000/", path_style: true };
    const { environment, issues } = check({
      source: { ...source, root: "s3://shop-exports", region: "us-east-1", ...access },
      lake: { ...lake, prefix: "/a/b/", kms_key: "arn:aws:kms:eu-central-1:123456789012:key/1-a", ...access },
      engine: {
        ...glue,
        region: "us-gov-west-1",
        worker_type: "G.2X",
        workers: { min: 3, max: 9 },
        timeout: "90 minutes",
        execution_class: "flex",
        max_concurrent_runs: 2,
        days_per_run: 1,
        bytes_per_run: "1 TB",
        file_size: "300 MB",
        task_memory: "2 GB",
        on_abort: "stop",
        tags,
      },
      catalog: { type: "glue", database_prefix: "prod_", crawler: true, crawler_role: role },
      warehouse: { ...snowflake, lake_url: "s3://shop-lake/a/b/" },
      secrets: { hash_key: `aws-secret:${secret}` },
    });
    expect(issues).toEqual([]);
    const reached = { bucketOwner: "012345678901", endpoint: "http://127.0.0.1:9000", pathStyle: true };
    expect(environment).toMatchObject({
      source: {
        root: "s3://shop-exports/",
        s3: { bucket: "shop-exports", prefix: "", region: "us-east-1", ...reached },
      },
      lake: { prefix: "a/b", kmsKey: "arn:aws:kms:eu-central-1:123456789012:key/1-a", ...reached },
      engine: {
        region: "us-gov-west-1",
        workerType: "G.2X",
        workers: { min: 3, max: 9 },
        timeoutMs: 5_400_000,
        executionClass: "flex",
        maxConcurrentRuns: 2,
        daysPerRun: 1,
        bytesPerRun: 1e12,
        fileBytes: 300e6,
        taskMemoryBytes: 2e9,
        onAbort: "stop",
        dpuHourUsd: 0.29,
        tags,
      },
      catalog: { region: "eu-central-1", databasePrefix: "prod_", crawler: { role }, tags },
      secrets: { hashKey: { from: "aws-secret", arn: secret } },
    });
  });

  test("takes DuckDB as engine over S3, and a source in a folder with it", () => {
    const { environment, issues } = check({
      source: { type: "files", root: "./source" },
      engine: { type: "duckdb" },
    });
    expect(issues).toEqual([]);
    expect(environment?.source).toEqual({ type: "files", root: "/config/source", s3: null });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["no bucket", { lake: { ...lake, bucket: "s3://shop-lake" } }, "lake.bucket is not a bucket"],
    ["a prefix that climbs", { lake: { ...lake, prefix: "a/../b" } }, "lake.prefix is not a prefix"],
    ["no region", { lake: { ...lake, region: "Frankfurt" } }, "lake.region is not a region"],
    ["a key's alias alone", { lake: { ...lake, kms_key: "alias/x" } }, "lake.kms_key is not a KMS key's ARN"],
    [
      "an owner as a number",
      { lake: { ...lake, bucket_owner: 123456789012 } },
      "lake.bucket_owner is not a text",
    ],
    [
      "an owner with 11 digits",
      { lake: { ...lake, bucket_owner: "12345678901" } },
      "lake.bucket_owner is not an AWS account",
    ],
    [
      "a password in the endpoint",
      { lake: { ...lake, endpoint: "https://me:it@host" } },
      "lake.endpoint is not an endpoint",
    ],
    [
      "a source on another store",
      { source: { ...source, root: "gs://exports" } },
      "source.root is an address",
    ],
    [
      "a source inside the lake",
      { source: { ...source, root: "s3://shop-lake/shardlift/in" } },
      "lake.prefix overlaps with source.root",
    ],
    [
      "a lake inside the source",
      { source: { ...source, root: "s3://shop-lake" } },
      "lake.prefix overlaps with source.root",
    ],
    [
      "a stage elsewhere",
      { warehouse: { ...snowflake, lake_url: "s3://shop-lake/other/" } },
      "warehouse.lake_url is not where the lake is",
    ],
    [
      "a user as role",
      { engine: { ...glue, role: "arn:aws:iam::123456789012:user/x" } },
      "engine.role is not a role's ARN",
    ],
    ["a job's name with spaces", { engine: { ...glue, job: "my job" } }, "engine.job is not a name for jobs"],
    ["one worker", { engine: { ...glue, workers: { min: 1 } } }, "engine.workers.min is out of range"],
    [
      "bounds crossed",
      { engine: { ...glue, workers: { min: 9, max: 3 } } },
      "engine.workers has min above max",
    ],
    [
      "flex with large workers",
      { engine: { ...glue, execution_class: "flex", worker_type: "G.4X" } },
      "engine.worker_type does not go with flex",
    ],
    [
      "runs longer than half of keep",
      { engine: { ...glue, timeout: "13 hours" } },
      "engine.timeout is longer than half of keep",
    ],
    ["a price in euros", { engine: { ...glue, dpu_hour: "0.40 EUR" } }, "engine.dpu_hour is not a price"],
    [
      "a tag of AWS's own",
      { engine: { ...glue, tags: { "aws:x": "1" } } },
      'engine.tags["aws:x"] is not a key for a tag',
    ],
    [
      "a tag of ours",
      { engine: { ...glue, tags: { pipeline: "1" } } },
      "engine.tags.pipeline is set by Shardlift",
    ],
    [
      "a tag that is a number",
      { engine: { ...glue, tags: { cost_centre: 4711 } } },
      "engine.tags.cost_centre is not a text",
    ],
    [
      "a tag with a line break",
      { engine: { ...glue, tags: { team: "a\nb" } } },
      "engine.tags.team is not a value for a tag",
    ],
    ["a crawler without a role", { catalog: { type: "glue", crawler: true } }, "catalog lacks crawler_role"],
    [
      "a role without a crawler",
      { catalog: { type: "glue", crawler_role: role } },
      "catalog.crawler_role has no use here",
    ],
    [
      "a key in a variable",
      { secrets: { hash_key: "env:KEY" } },
      "secrets.hash_key is not within the engine's reach",
    ],
    [
      "a secret by its name",
      { secrets: { hash_key: "aws-secret:shardlift" } },
      "secrets.hash_key does not name a secret by its ARN",
    ],
    [
      "a source in a folder",
      { source: { type: "files", root: "./in" } },
      "source.root is a folder, which the engine cannot read",
    ],
    [
      "http in production",
      { production: true, lake: { ...lake, endpoint: "http://minio:9000" } },
      "lake.endpoint is not encrypted",
    ],
  ])("is refused with %s", (_what, given, failure) => {
    expect(failures(given)).toEqual([failure]);
  });

  test("says what a source on S3 lacks, and what a folder has too much", () => {
    const engine = { type: "duckdb" };
    const folder = { type: "folder", root: "./lake" };
    expect(failures({ lake: folder, engine })).toEqual(["source lacks region"]);
    expect(failures({ lake: folder, engine, source: { ...source, region: "eu-west-1" } })).toEqual([]);
    const strangers = { type: "files", root: "./in", region: "eu-west-1", path_style: true };
    expect(failures({ engine, source: strangers })).toEqual([
      "source.region has no use here",
      "source.path_style has no use here",
    ]);
  });

  test("takes a timeout of half of `keep`, and the default only where it is no more", () => {
    expect(failures({ keep: "6 hours", engine: { ...glue, timeout: "3 hours" } })).toEqual([]);
    expect(failures({ keep: "8 hours" })).toEqual([]);
    expect(failures({ keep: "6 hours", engine: { type: "duckdb" } })).toEqual([]);
    expect(failures({ keep: "479 minutes" })).toEqual(["keep is shorter than two runs of the engine"]);
  });

  test("tells at `keep` what a timeout that nobody wrote asks of it", () => {
    expect(check({ keep: "6 hours" }).issues).toEqual([
      {
        file: "environments/local.yaml",
        line: expect.any(Number),
        column: 7,
        failed: "keep is shorter than two runs of the engine",
        rule: "an attempt ends within half of keep; what ends later is not committed",
        received: "keep 6 hours, engine.timeout 4 hours (nobody wrote another)",
        remedy: "write engine.timeout: 3 hours, or keep: 8 hours",
      },
    ]);
  });

  test("refuses Glue over a lake in a folder, engine and catalog each", () => {
    expect(
      failures({
        lake: { type: "folder", root: "./lake" },
        catalog: { type: "glue" },
        source: { ...source, region: "eu-west-1" },
      }),
    ).toEqual([
      "engine.type cannot be glue over a lake in a folder",
      "catalog.type cannot be glue over a lake in a folder",
    ]);
  });

  test("tells what a wrong value is in all four parts, at its line", () => {
    const text = stringify({ source, lake: { ...lake, region: "Frankfurt" }, warehouse: snowflake });
    expect(checkEnvironment(text).issues).toEqual([
      {
        file: "environments/local.yaml",
        line: 8,
        column: 11,
        failed: "lake.region is not a region",
        rule: "a region of AWS by its code",
        received: '"Frankfurt"',
        remedy: 'write it like "eu-central-1"',
      },
    ]);
  });

  test("shows no password that stands in an address", () => {
    for (const endpoint of [
      "https://me:hunter2@host",
      "https://hunter2@host/path",
      "ftp://a:hunter2@@host",
    ]) {
      const told = JSON.stringify(check({ lake: { ...lake, endpoint } }).issues);
      expect(told).toContain("is not an endpoint");
      expect(told).not.toContain("hunter2");
    }
    expect(
      JSON.stringify(check({ source: { ...source, root: "https://me:hunter2@host" } }).issues),
    ).not.toContain("hunter2");
  });

  test("has at most forty tags", () => {
    const tags = Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`t${index}`, "x"]));
    expect(failures({ engine: { ...glue, tags } })).toEqual(["engine.tags has too many tags"]);
  });
});
