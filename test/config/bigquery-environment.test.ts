import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { brief, checkEnvironment } from "./texts.ts";

type Part = Record<string, unknown>;

const audience =
  "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws/providers/prod";
const source: Part = { type: "bigquery", project: "shop-prod", audience, region: "eu-central-1" };
const withKey: Part = { type: "bigquery", project: "shop-prod", auth: "service_account" };
const onGlue: Part = {
  lake: { type: "s3", bucket: "shop-lake", region: "eu-central-1" },
  engine: { type: "glue", job: "shardlift-prod", role: "arn:aws:iam::123456789012:role/glue" },
  warehouse: {
    ...{ type: "snowflake", account: "myorg-shop", user: "SHARDLIFT", role: "LOADER", warehouse: "WH" },
    ...{ database: "ANALYTICS", stage: "ANALYTICS.SHARDLIFT.LAKE", integration: "SHARDLIFT_LAKE" },
    lake_url: "s3://shop-lake/",
  },
};

/** An environment of this machine that reads from BigQuery. */
function check(given: Record<string, unknown> = {}) {
  const lake = { type: "folder", root: "./lake" };
  const warehouse = { type: "duckdb", path: "./warehouse.duckdb" };
  return checkEnvironment(stringify({ source, lake, warehouse, ...given }));
}

const failures = (given: Record<string, unknown>) =>
  brief(check(given).issues).map((text) => text.replace(/^\S+ /, ""));

describe("a source in BigQuery", () => {
  test("signs in as the AWS role unless it says otherwise", () => {
    const { environment, issues } = check();
    expect(issues).toEqual([]);
    expect(environment?.source).toEqual({
      type: "bigquery",
      project: "shop-prod",
      location: null,
      auth: { type: "workload_identity", audience, region: "eu-central-1" },
      impersonate: null,
      extracts: null,
      endpoint: null,
      storageEndpoint: null,
      readEndpoint: null,
      tokenEndpoint: null,
    });
  });

  test("takes its region from the lake", () => {
    const { environment, issues } = check({ ...onGlue, source: { ...source, region: undefined } });
    expect(issues).toEqual([]);
    expect(environment?.source).toMatchObject({ auth: { region: "eu-central-1" } });
  });

  test("has everything that can be said of it", () => {
    const { environment, issues } = check({
      source: {
        ...withKey,
        private_key: "file:./google.json",
        location: "europe-west3",
        impersonate: "shardlift@shop-prod.iam.gserviceaccount.com",
        extracts: "gs://shop-prod-extracts/shardlift/web/",
        endpoint: "http://127.0.0.1:9050/",
        storage_endpoint: "http://127.0.0.1:9052",
        read_endpoint: "http://127.0.0.1:9053",
        token_endpoint: "http://127.0.0.1:9051",
      },
    });
    expect(issues).toEqual([]);
    expect(environment?.source).toEqual({
      type: "bigquery",
      project: "shop-prod",
      location: "europe-west3",
      auth: { type: "service_account", key: { from: "file", path: "/config/google.json" } },
      impersonate: "shardlift@shop-prod.iam.gserviceaccount.com",
      extracts: { bucket: "shop-prod-extracts", prefix: "shardlift/web" },
      endpoint: "http://127.0.0.1:9050",
      storageEndpoint: "http://127.0.0.1:9052",
      readEndpoint: "http://127.0.0.1:9053",
      tokenEndpoint: "http://127.0.0.1:9051",
    });
  });

  test("asks nothing more of whoever is signed in already", () => {
    const { environment } = check({
      source: { type: "bigquery", project: "example.com:shop-prod", auth: "default" },
    });
    expect(environment?.source).toMatchObject({
      project: "example.com:shop-prod",
      auth: { type: "default" },
    });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["no project", { source: { ...source, project: undefined } }, "source.project is missing"],
    [
      "a project's number",
      { source: { ...source, project: "123456" } },
      "source.project is not a Google Cloud project id",
    ],
    ["a folder", { source: { ...source, root: "./in" } }, "source.root is not a known key"],
    [
      "a location of AWS",
      { source: { ...source, location: "eu-central-1x" } },
      "source.location is not a location of BigQuery",
    ],
    [
      "a pool instead of a provider",
      { source: { ...source, audience: audience.replace(/\/providers.*/, "") } },
      "source.audience is not a workload identity provider",
    ],
    [
      "a project's id in the audience",
      { source: { ...source, audience: audience.replace("123456789012", "shop-prod") } },
      "source.audience is not a workload identity provider",
    ],
    ["no audience", { source: { ...source, audience: undefined } }, "source lacks audience"],
    ["no region anywhere", { source: { ...source, region: undefined } }, "source lacks region"],
    [
      "a key that nobody uses",
      { source: { ...source, private_key: "env:KEY" } },
      "source.private_key has no use here",
    ],
    ["no key", { source: withKey }, "source lacks private_key"],
    [
      "an audience beside a key",
      { source: { ...withKey, private_key: "env:KEY", audience } },
      "source.audience has no use here",
    ],
    [
      "a region beside a key",
      { source: { ...withKey, private_key: "env:KEY", region: "eu-central-1" } },
      "source.region has no use here",
    ],
    [
      "a person to act as",
      { source: { ...source, impersonate: "me@example.com" } },
      "source.impersonate is not a service account",
    ],
    [
      "a stand-in for tokens in production",
      { production: true, source: { ...source, token_endpoint: "https://tokens.example.com" } },
      "source.token_endpoint is for trials",
    ],
    [
      "http in production",
      { production: true, source: { ...source, endpoint: "http://bigquery:9050" } },
      "source.endpoint is not encrypted",
    ],
    [
      "http to where rows come from in production",
      { production: true, source: { ...source, read_endpoint: "http://read:9050" } },
      "source.read_endpoint is not encrypted",
    ],
    [
      "a bucket of AWS",
      { source: { ...source, extracts: "s3://shop-extracts" } },
      "source.extracts is not a place in Cloud Storage",
    ],
    [
      "a bucket with a name that none has",
      { source: { ...source, extracts: "gs://Shop Extracts/a" } },
      "source.extracts is not a place in Cloud Storage",
    ],
    [
      "a key that Glue cannot read",
      { ...onGlue, source: { ...withKey, private_key: "env:KEY" } },
      "source.auth is not within the engine's reach",
    ],
    [
      "a sign-in that Glue has not",
      { ...onGlue, source: { ...withKey, auth: "default" } },
      "source.auth is not within the engine's reach",
    ],
  ])("is refused with %s", (_what, given, failure) => {
    expect(failures(given)).toEqual([failure]);
  });

  test("never shows a key that somebody wrote in place of a reference", () => {
    const { issues } = check({ source: { ...withKey, private_key: '{"private_key": "-----BEGIN"}' } });
    expect(issues.map(({ failed }) => failed)).toEqual(["source.private_key is not a reference to a secret"]);
    expect(JSON.stringify(issues)).not.toContain("BEGIN");
  });

  test("may be read by Glue with a key in AWS", () => {
    const private_key = "aws-secret:arn:aws:secretsmanager:eu-central-1:123456789012:secret:google-AbCdEf";
    expect(failures({ ...onGlue, source: { ...withKey, private_key } })).toEqual([]);
  });
});
