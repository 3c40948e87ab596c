import { expect, test } from "vitest";
import { stringify } from "yaml";
import { findAwsRegion } from "../../src/cli/examine-cloud.ts";
import type { Environment } from "../../src/config/types.ts";
import { checkEnvironment } from "../config/texts.ts";

const audience =
  "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws/providers/prod";
const here = {
  source: { type: "files", root: "/nowhere/source" },
  lake: { type: "folder", root: "/nowhere/lake" },
  warehouse: { type: "duckdb", path: "/nowhere/w.duckdb" },
};
const lake = { type: "s3", bucket: "shop-lake", region: "eu-central-1" };
const standIn = { endpoint: "http://127.0.0.1:9000", path_style: true };
const snowflake = {
  ...{ type: "snowflake", account: "myorg-shop", user: "SHARDLIFT", role: "LOADER", warehouse: "WH" },
  ...{ database: "ANALYTICS", stage: "ANALYTICS.SHARDLIFT.LAKE", integration: "SHARDLIFT_LAKE" },
  lake_url: "s3://shop-lake/",
};

function parse(given: Record<string, unknown>): Environment {
  const { environment, issues } = checkEnvironment(stringify({ ...here, ...given }));
  if (environment === null) throw new Error(JSON.stringify(issues));
  return environment;
}

test.each<[string, Record<string, unknown>, Record<string, string>, string | null]>([
  ["is nobody on one machine", {}, {}, null],
  ["is somebody where the lake is in AWS's S3", { lake, warehouse: snowflake }, {}, "eu-central-1"],
  [
    "is nobody to a store that only speaks like S3",
    { lake: { ...lake, ...standIn }, warehouse: snowflake },
    {},
    null,
  ],
  [
    "is somebody there where a stand-in for the token service is named too",
    { lake: { ...lake, ...standIn }, warehouse: snowflake },
    { AWS_ENDPOINT_URL_STS: "http://127.0.0.1:9000" },
    "eu-central-1",
  ],
  [
    "is somebody where exports are on S3, in their region",
    { source: { type: "files", root: "s3://exports/bq", region: "us-east-1" } },
    {},
    "us-east-1",
  ],
  [
    "is somebody where AWS's role signs in to Google",
    { source: { type: "bigquery", project: "shop-prod", audience, region: "eu-west-1" } },
    {},
    "eu-west-1",
  ],
  [
    "is nobody where Google is reached with a key",
    { source: { type: "bigquery", project: "shop-prod", auth: "service_account", private_key: "env:KEY" } },
    {},
    null,
  ],
])("who asks AWS %s", (_, given, env, region) => {
  expect(findAwsRegion(parse(given), env)).toBe(region);
});
