import { describe, expect, test } from "vitest";
import { buildJobArn } from "../../src/adapters/glue/options.ts";
import { buildSessionPolicy } from "../../src/adapters/glue/session-policy.ts";
import { planCrawler } from "../../src/adapters/glue-catalog/crawler-definition.ts";
import { nameTable } from "../../src/adapters/glue-catalog/names.ts";
import { buildGlueOptions, type GlueWiring } from "../../src/cli/build-glue.ts";
import { type Document, isAllowed } from "./decide.ts";
import { parse, readOutput } from "./read-output.ts";
import { buildSettings, synthesise } from "./world.ts";

const settings = await buildSettings();
const { find } = synthesise(settings);

/** Policies of each role, and the bucket's. */
const documents = Object.fromEntries(
  [...Object.values(find("AWS::IAM::Policy")), ...Object.values(find("AWS::IAM::ManagedPolicy"))].map(
    (policy) => [String(policy.PolicyName ?? policy.ManagedPolicyName), policy.PolicyDocument as Document],
  ),
);
const [bucket] = Object.values(find("AWS::S3::BucketPolicy")).map(
  ({ PolicyDocument }) => PolicyDocument as Document,
);
const actors = Object.keys(documents).map((name) => name.replace("shardlift-prod-", ""));

function may(actor: string, action: string, resource: string): boolean {
  const name = `shardlift-prod-${actor}`;
  const principal = `arn:aws:iam::123456789012:role/${name}`;
  return isAllowed({ action, resource, principal }, [documents[name]!, bucket!]);
}

const inBucket = (key: string) => `arn:aws:s3:::shop-lake/${key}`;

/** An environment made of the stack's own output, with exports on S3. */
const environment = parse(`
source: { type: files, root: "s3://shop-exports/bigquery/" }
secrets: { hash_key: "aws-secret:${settings.secrets[0]?.arn}" }
warehouse: { type: snowflake, account: a-b, user: U, role: R, warehouse: W, database: D, stage: D.S.L, integration: I, lake_url: "s3://shop-lake/shardlift/" }
${readOutput(settings, "EnvironmentFile")}`);
const engine = environment.engine.type === "glue" ? environment.engine : null;

describe("what lies in the bucket", () => {
  test.each([
    ["shardlift/_scripts/0a1b/shardlift_extract.py", "s3:PutObject", ["deploy"]],
    ["shardlift/_scripts/0a1b/shardlift_extract.py", "s3:DeleteObject", ["deploy"]],
    [
      "shardlift/_scripts/0a1b/shardlift_extract.py",
      "s3:GetObject",
      ["command", "crawler", "deploy", "glue", "snowflake"],
    ],
    ["shardlift-config/0a1b/pipelines/web-shop.yaml", "s3:PutObject", ["deploy"]],
    ["shardlift-config/0a1b/pipelines/web-shop.yaml", "s3:GetObject", ["command", "deploy"]],
    ["shardlift/web-shop/ga4_events/_heads/2026-11-20.json", "s3:PutObject", ["command", "glue"]],
    ["shardlift/web-shop/ga4_events/_heads/2026-11-20.json", "s3:DeleteObject", ["command"]],
    ["shardlift/_runs/0a1b/spec.json", "s3:DeleteObject", ["command", "glue"]],
    [
      "shardlift/web-shop/ga4_events/day=2026-11-20/a.parquet",
      "s3:GetObject",
      ["command", "crawler", "glue", "snowflake"],
    ],
    ["elsewhere/a.txt", "s3:GetObject", []],
  ])("%s: %s is for %j", (key, action, allowed) => {
    expect(actors.filter((actor) => may(actor, action, inBucket(key))).toSorted()).toEqual(allowed);
  });
});

test("a run's session policy asks for nothing that the job's role is not allowed", () => {
  const options = buildGlueOptions({ environment, engine, pipeline: "web-shop" } as GlueWiring);
  const { Statement } = JSON.parse(buildSessionPolicy(options, "a".repeat(64))) as Document;
  const asked = Statement.flatMap(({ Action, Resource }) =>
    [Action]
      .flat()
      .flatMap((action) => [Resource].flat().map((resource) => [action, String(resource)] as const)),
  );
  expect(asked.length).toBeGreaterThan(15);
  // The key is named by its alias there, and by what AWS will call it here.
  const rights = asked.filter(([action]) => !action.startsWith("kms:"));
  expect(rights.filter(([action, resource]) => !may("glue", action, resource))).toEqual([]);
});

test("jobs, crawlers, databases and tables have names that commands may work on", () => {
  const table = nameTable({ schema: "Analytics", table: "web_shop" }, "prod_");
  const { catalog, lake } = environment;
  if (engine === null || catalog.type !== "glue" || catalog.crawler === null || lake.type !== "s3")
    throw new Error("not Glue");
  const options = { config: catalog, lake, environment: "prod", clock: { nowMs: () => 0 } };
  const crawler = planCrawler(options as never, catalog.crawler.role, table, ["web-shop/ga4_events/"]);
  const ofGlue = (resource: string) => `arn:aws:glue:eu-central-1:123456789012:${resource}`;
  const asked: [string, string][] = [
    ["glue:StartJobRun", buildJobArn({ engine, pipeline: "web-shop" })],
    ["glue:StartCrawler", crawler.arn],
    ["glue:CreateDatabase", ofGlue(`database/${table.database}`)],
    ["glue:BatchUpdatePartition", ofGlue(`table/${table.database}/${table.name}`)],
    ["glue:BatchDeletePartition", ofGlue(`table/${crawler.crawled.database}/${crawler.crawled.name}`)],
    ["iam:PassRole", engine.role],
    ["iam:PassRole", catalog.crawler.role],
  ];
  expect(asked.filter(([action, resource]) => !may("command", action, resource))).toEqual([]);
  expect(may("command", "glue:StartJobRun", ofGlue("job/other-web-shop"))).toBe(false);
  expect(may("command", "glue:CreateTable", ofGlue("table/test_analytics/web_shop"))).toBe(false);
});
