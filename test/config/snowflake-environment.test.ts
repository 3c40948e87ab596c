import { describe, expect, test } from "vitest";
import { brief, checkEnvironment, environmentWith } from "./texts.ts";

const needed = {
  account: "myorg-shop",
  user: "SHARDLIFT",
  role: "LOADER",
  warehouse: "WH",
  database: "ANALYTICS",
  stage: "ANALYTICS.SHARDLIFT.LAKE",
  integration: "SHARDLIFT_LAKE",
  lake_url: "s3://shop-lake/shardlift",
};

function check(given: Record<string, unknown>, ...more: string[]) {
  const warehouse = { type: "snowflake", ...needed, ...given };
  return checkEnvironment(
    [environmentWith(3, `warehouse: ${JSON.stringify(warehouse)}`), ...more].join("\n"),
  );
}

const failures = (given: Record<string, unknown>, ...more: string[]) =>
  brief(check(given, ...more).issues).map((text) => text.replace(/^\S+ /, ""));

describe("a warehouse in Snowflake", () => {
  test("has every default where it says little", () => {
    expect(check({}).issues).toEqual([]);
    expect(check({}).environment?.warehouse).toEqual({
      type: "snowflake",
      account: "myorg-shop",
      user: "SHARDLIFT",
      auth: { type: "workload_identity" },
      role: "LOADER",
      warehouse: "WH",
      database: "ANALYTICS",
      stage: "ANALYTICS.SHARDLIFT.LAKE",
      fileFormat: "ANALYTICS.SHARDLIFT.PARQUET",
      integration: "SHARDLIFT_LAKE",
      lakeUrl: "s3://shop-lake/shardlift/",
      statementTimeoutMs: 3_600_000,
      clusterByDay: false,
      masking: [],
      endpoint: null,
    });
  });

  test("is normalised as a whole", () => {
    const given = {
      auth: "key_pair",
      private_key: "file:./keys/snowflake.pem",
      file_format: "A.B.C",
      statement_timeout: "20 minutes",
      cluster_by_day: true,
      masking: [{ column: "user_id", policy: "SECURITY.POLICIES.MASK" }],
      host: "127.0.0.1",
      port: 8080,
      protocol: "http",
    };
    expect(check(given).environment?.warehouse).toMatchObject({
      auth: { type: "key_pair", privateKey: { from: "file", path: "/config/keys/snowflake.pem" } },
      fileFormat: "A.B.C",
      statementTimeoutMs: 1_200_000,
      clusterByDay: true,
      masking: [{ column: "user_id", policy: "SECURITY.POLICIES.MASK" }],
      endpoint: { protocol: "http", host: "127.0.0.1", port: 8080 },
    });
  });

  test.each([
    [{ account: "https://x.snowflakecomputing.com" }, "warehouse.account is not an account"],
    [{ role: 'R"; DROP' }, "warehouse.role is not a name in Snowflake"],
    [{ stage: "LAKE" }, "warehouse.stage is not a full name in Snowflake"],
    [{ lake_url: "gs://lake/" }, "warehouse.lake_url is not the address of a lake on S3"],
    [{ lake_url: "s3://lake/../other" }, "warehouse.lake_url is not the address of a lake on S3"],
    [{ lake_url: "s3://lake/day=1" }, "warehouse.lake_url is not the address of a lake on S3"],
    [{ auth: "key_pair" }, "warehouse lacks private_key"],
    [{ auth: "password" }, "warehouse.auth is not one of the values it can have"],
    [{ private_key: "env:KEY" }, "warehouse.private_key has no use here"],
    [{ auth: "key_pair", private_key: "hunter2" }, "warehouse.private_key is not a reference to a secret"],
    [{ protocol: "http" }, "warehouse lacks a host"],
    [{ statement_timeout: "1 second" }, "warehouse.statement_timeout is out of range"],
    [
      { masking: [{ column: "device.vendor_id", policy: "A.B.C" }] },
      "warehouse.masking.0.column names a part of a column",
    ],
  ])("with %j is refused", (given, failure) => {
    const found = failures(given);
    expect(found).toHaveLength(1);
    expect(found[0]!.replace(/\[(\d)\]/, ".$1")).toMatch(new RegExp(`^${failure.split(" is out")[0]}`));
  });

  test("with a host of its own is refused in production", () => {
    const found = failures({ host: "127.0.0.1" }, "production: true");
    expect(found).toContain("warehouse names another host in production");
  });

  test("over a folder is refused in production, at the lake's line", () => {
    const { issues } = check({}, "production: true");
    expect(issues).toEqual([
      {
        file: "environments/local.yaml",
        line: 2,
        column: 15,
        failed: "lake.type cannot be folder under a warehouse in Snowflake",
        rule: "where production is true, Snowflake reads the lake that warehouse.lake_url names: a bucket of S3",
        received: 'a folder, and lake_url: "s3://shop-lake/shardlift/"',
        remedy: "write lake: { type: s3, bucket: …, prefix: … } with lake_url's bucket and prefix",
      },
    ]);
    expect(check({}, "production: false").issues).toEqual([]);
  });

  test("masks a column once, in upper or lower case", () => {
    const [one, other] = [
      { column: "user_id", policy: "A.B.C" },
      { column: "USER_ID", policy: "A.B.D" },
    ];
    const third = { column: "device", policy: "A.B.C" };
    const [issue, ...more] = check({ masking: [one, third, other] }).issues;
    expect(more).toEqual([]);
    expect(issue).toMatchObject({
      line: 3,
      failed: "warehouse.masking[2].column is masked already by warehouse.masking[0]",
      rule: "a column has one masking policy; names in Snowflake are the same in upper and lower case",
      received: '"USER_ID"',
      remedy: "remove one of the two",
    });
    expect(check({ masking: [one, third] }).issues).toEqual([]);
  });

  test("names a variable of its own where a key stands in the place of its reference", () => {
    const [issue] = check({ auth: "key_pair", private_key: "hunter2" }).issues;
    expect(issue?.remedy).toBe(
      'write it like "env:SNOWFLAKE_PRIVATE_KEY"; if the secret itself stood here, replace it by a new one',
    );
  });

  test("never shows a key that stands where its reference belongs", () => {
    for (const private_key of ["-----BEGIN hunter2", { pem: "hunter2" }, ["hunter2"]]) {
      expect(JSON.stringify(check({ auth: "key_pair", private_key }).issues)).not.toContain("hunter2");
    }
    expect(JSON.stringify(check({ password: "hunter2" }).issues)).not.toContain("hunter2");
  });
});
