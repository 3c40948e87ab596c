import { describe, expect, test } from "vitest";
import type { GlueOptions } from "../../../src/adapters/glue/options.ts";
import { buildSessionPolicy } from "../../../src/adapters/glue/session-policy.ts";
import { buildGlueEngine, buildGlueOptions, buildS3Lake } from "./glue-world.ts";

interface Statement {
  Action: string[];
  Resource: string[];
  Condition?: unknown;
}

const runKey = "a".repeat(64);
const lake = "arn:aws:s3:::shop-lake/shardlift";

function read(over: Partial<GlueOptions> = {}): Statement[] {
  return JSON.parse(buildSessionPolicy(buildGlueOptions(over), runKey)).Statement;
}

/** Whether a statement without a condition allows it; `*` in a resource stands for anything, as IAM has it. */
function allows(action: string, resource: string, statements = read()): boolean {
  const fits = (pattern: string) =>
    new RegExp(`^${pattern.split("*").map(quote).join(".*")}$`).test(resource);
  return statements.some(
    ({ Action, Resource, Condition }) =>
      Condition === undefined && Action.includes(action) && Resource.some(fits),
  );
}

function quote(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

describe("a run may", () => {
  test.each([
    ["s3:GetObject", `${lake}/_scripts/abc/extract.py`],
    ["s3:GetObject", `${lake}/_runs/${runKey}/spec.json`],
    ["s3:GetObject", "arn:aws:s3:::exports/ga4/analytics_1/events_20261120-000.parquet"],
    ["s3:PutObject", `${lake}/_runs/${runKey}/jr_1/progress.json`],
    ["s3:PutObject", `${lake}/web-shop/ga4_events/day=2026-11-20/generation=g/g-00000.parquet`],
    ["s3:PutObject", `${lake}/web-shop/ga4_events/_duplicates/day=2026-11-20/generation=g/g.parquet`],
    ["s3:AbortMultipartUpload", `${lake}/web-shop/ga4_events/day=2026-11-20/generation=g/g-00000.parquet`],
    ["s3:GetObject", `${lake}/web-shop/ga4_events/day=2026-11-20/generation=g/g-00000.parquet`],
    ["s3:DeleteObject", `${lake}/_runs/${runKey}/jr_1/exchange/g/keys-0-0.parquet`],
    ["s3:ListBucket", "arn:aws:s3:::shop-lake"],
    ["s3:ListBucket", "arn:aws:s3:::exports"],
    ["logs:PutLogEvents", "arn:aws:logs:eu-central-1:123456789012:log-group:/aws-glue/jobs/output"],
  ])("%s %s", (action, resource) => {
    expect(allows(action, resource)).toBe(true);
  });
});

describe("a run may not", () => {
  test.each([
    ["s3:PutObject", `${lake}/web-shop/ga4_events/_heads/2026-11-20.json`],
    ["s3:PutObject", `${lake}/web-shop/ga4_events/_manifests/2026-11-20/g.json`],
    ["s3:PutObject", `${lake}/web-shop-2/ga4_events/day=2026-11-20/generation=g/g-00000.parquet`],
    ["s3:PutObject", `${lake}/_scripts/abc/extract.py`],
    ["s3:PutObject", `${lake}/_runs/${"b".repeat(64)}/spec.json`],
    ["s3:DeleteObject", `${lake}/web-shop/ga4_events/day=2026-11-20/generation=g/g-00000.parquet`],
    ["s3:GetObject", `${lake}/app/ga4_events/day=2026-11-20/generation=g/g-00000.parquet`],
    ["s3:DeleteObject", `${lake}/_runs/${"b".repeat(64)}/spec.json`],
    ["s3:DeleteObject", `${lake}/_scripts/abc/extract.py`],
    ["s3:GetObject", "arn:aws:s3:::exports/payroll/2026.csv"],
    ["s3:GetObject", `arn:aws:s3:::shop-lake-2/shardlift/_scripts/abc/extract.py`],
    ["secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:other"],
    ["logs:PutLogEvents", "arn:aws:logs:eu-central-1:123456789012:log-group:/payroll"],
  ])("%s %s", (action, resource) => {
    expect(allows(action, resource)).toBe(false);
  });

  test("anything on everything", () => {
    expect(read().flatMap(({ Resource }) => Resource)).not.toContain("*");
  });
});

test("the lake's key is named by its ARN; an alias by a condition on the account's keys", () => {
  const key = "arn:aws:kms:eu-central-1:123456789012:key/1234";
  const withKey = read({ lake: buildS3Lake({ kmsKey: key }) });
  expect(allows("kms:GenerateDataKey", key, withKey)).toBe(true);
  expect(allows("kms:Decrypt", `${key}5`, withKey)).toBe(false);

  const alias = "arn:aws:kms:eu-central-1:123456789012:alias/shop/lake";
  expect(read({ lake: buildS3Lake({ kmsKey: alias }) }).at(-1)).toEqual({
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: ["arn:aws:kms:eu-central-1:123456789012:key/*"],
    Condition: { "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/shop/lake" } },
  });
});

test("the hash key is readable where it is a secret of AWS, and nowhere else", () => {
  const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:hash-1a2b3c";
  const statements = read({ hashKey: { from: "aws-secret", arn } });
  expect(allows("secretsmanager:GetSecretValue", arn, statements)).toBe(true);
  expect(JSON.stringify(read({ hashKey: { from: "env", name: "KEY" } }))).not.toContain("secretsmanager");
});

test("a lake that is a whole bucket, in another partition of AWS, has its own ARNs", () => {
  const engine = buildGlueEngine({ role: "arn:aws-cn:iam::123456789012:role/glue", region: "cn-north-1" });
  const statements = read({ engine, lake: buildS3Lake({ prefix: "" }), sourceArns: [] });
  const file = "arn:aws-cn:s3:::shop-lake/web-shop/ga4_events/day=2026-11-20/generation=g/g.parquet";
  expect(allows("s3:PutObject", file, statements)).toBe(true);
  expect(
    allows("s3:PutObject", "arn:aws-cn:s3:::shop-lake/web-shop/ga4_events/_heads/x.json", statements),
  ).toBe(false);
});

describe("with names as long as", () => {
  const long = (length: number) => "x".repeat(length);
  const build = (prefix: string) =>
    buildSessionPolicy(
      buildGlueOptions({
        pipeline: long(63),
        lake: buildS3Lake({
          bucket: long(63),
          prefix,
          kmsKey: `arn:aws:kms:eu-central-1:123456789012:alias/${long(60)}`,
        }),
        sourceArns: [`arn:aws:s3:::${long(63)}/${long(60)}/*`],
        hashKey: {
          from: "aws-secret",
          arn: `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${long(60)}`,
        },
      }),
      runKey,
    );

  test("60 characters each, a policy is as short as STS wants it", () => {
    expect(build(long(60)).length).toBeLessThanOrEqual(2048);
  });

  test("a prefix of 300 characters, the error says what to shorten", () => {
    expect(() => build(long(300))).toThrow(
      expect.objectContaining({ code: "config", message: expect.stringContaining("lake.prefix") }),
    );
  });
});
