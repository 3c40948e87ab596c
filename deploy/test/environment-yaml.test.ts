import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { readSettings } from "../src/read-settings.ts";
import { parse, readOutput, theirs } from "./read-output.ts";
import { buildBareSettings, buildSettings } from "./world.ts";

test("the output is the part of an environment file that names what was made", async () => {
  const settings = await buildSettings();
  const { lake, engine, catalog, orchestration } = parse(
    `production: true\n${readOutput(settings, "EnvironmentFile")}\n${theirs}`,
  );
  expect(lake).toEqual({
    type: "s3",
    bucket: "shop-lake",
    prefix: "shardlift",
    region: "eu-central-1",
    kmsKey: "arn:aws:kms:eu-central-1:123456789012:alias/shardlift-prod-lake",
    bucketOwner: "123456789012",
    endpoint: null,
    pathStyle: false,
  });
  expect(engine).toMatchObject({
    type: "glue",
    job: "shardlift-prod",
    role: "arn:aws:iam::123456789012:role/shardlift-prod-glue",
    region: "eu-central-1",
    tags: { team: "data-platform", cost_centre: "4711" },
  });
  expect(catalog).toEqual({
    type: "glue",
    region: "eu-central-1",
    endpoint: null,
    databasePrefix: "prod_",
    crawler: { role: "arn:aws:iam::123456789012:role/shardlift-prod-crawler" },
    tags: { team: "data-platform", cost_centre: "4711" },
  });
  expect(orchestration.runner).toEqual({
    type: "ecs",
    cluster: "shardlift-prod",
    taskDefinition: "shardlift-prod",
    container: "shardlift",
    subnets: ["subnet-0a1b2c3d4e5f67890", "subnet-0b1c2d3e4f5a67891"],
    securityGroups: ["sg-0a1b2c3d4e5f67890"],
    logGroup: "/ecs/shardlift-prod",
    logPrefix: "shardlift",
    region: "eu-central-1",
    config: "s3://shop-lake/shardlift-config/",
  });
  expect(orchestration.airflow.dags).toBe("s3://shop-mwaa/dags/shardlift/");
  expect(orchestration.alerts).toEqual({
    type: "sns",
    topic: "arn:aws:sns:eu-central-1:123456789012:shardlift-prod",
  });
});

test("the example of an environment is the output of the example of settings, with the rest written by hand", async () => {
  const shipped = await readFile(new URL("../../environments/prod.yaml", import.meta.url), "utf8");
  const written: Record<string, Record<string, unknown>> = parseYaml(shipped);
  const output: typeof written = parseYaml(readOutput(await readSettings("prod"), "EnvironmentFile"));
  const same = Object.entries(output).map(([section, keys]) => [
    section,
    Object.fromEntries(Object.keys(keys).map((key) => [key, written[section]?.[key]])),
  ]);
  expect(Object.fromEntries(same)).toEqual(output);
  expect(Object.keys(written).filter((section) => !(section in output))).toEqual([
    ...["production", "source", "warehouse", "secrets", "retry", "keep"],
  ]);
  const merged = Object.entries(written).map(([section, keys]) => [
    section,
    section in output ? { ...keys, ...output[section] } : keys,
  ]);
  // JSON is YAML.
  expect(parse(JSON.stringify(Object.fromEntries(merged)))).toEqual(parse(shipped));
  expect(parse(shipped)).toMatchObject({ source: { type: "bigquery" }, warehouse: { type: "snowflake" } });
});

test("the secret of the environment's example is one that its settings let be read", async () => {
  const shipped = await readFile(new URL("../../environments/prod.yaml", import.meta.url), "utf8");
  const { secrets } = await readSettings("prod");
  expect(parse(shipped).secrets.hashKey).toEqual({ from: "aws-secret", arn: secrets[0]?.arn });
});

test("with DuckDB it names the memory that a task has for it", async () => {
  const { glue: _, ...settings } = await buildSettings();
  expect(parse(readOutput(settings, "EnvironmentFile") + theirs).engine).toMatchObject({
    type: "duckdb",
    memoryBytes: 4e9,
  });
});

test("of a lake alone it names the lake, and its values are texts whatever they look like", async () => {
  const bare = await buildBareSettings();
  const settings = { ...bare, lake: { ...bare.lake, bucket: "0815", encryption: "s3" as const } };
  expect(readOutput(settings, "EnvironmentFile")).toBe(
    [
      "lake:",
      "  type: s3",
      '  bucket: "0815"',
      "  prefix: shardlift",
      "  region: eu-central-1",
      '  bucket_owner: "123456789012"',
      "engine:",
      "  type: duckdb",
      "alerts:",
      "  type: sns",
      "  topic: arn:aws:sns:eu-central-1:123456789012:shardlift-prod",
    ].join("\n"),
  );
});

test("tags stay what they are, with spaces, colons and quotes", async () => {
  const tags = { team: "yes", cost_centre: "47 11: a", "unit/of": "o+b@c=d" };
  const settings = await buildSettings({ tags });
  expect(parse(readOutput(settings, "EnvironmentFile") + theirs).engine).toMatchObject({ tags });
});

test("Google is told which roles to let in: those that read its tables", async () => {
  const session = (role: string) => `arn:aws:sts::123456789012:assumed-role/${role}`;
  const { runner: _, glue: __, ...workers } = await buildSettings();
  expect([
    readOutput(await buildSettings(), "GooglePrincipals"),
    readOutput(workers, "GooglePrincipals"),
  ]).toEqual([
    `${session("shardlift-prod-command")} ${session("shardlift-prod-glue")}`,
    session("shop-mwaa"),
  ]);
});
