import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseSettings, readSettings } from "../src/read-settings.ts";
import { renderSettingsDocs } from "../src/render-settings-docs.ts";

const example = await readFile(new URL("../settings/prod.yaml", import.meta.url), "utf8");

/** What is told of the example with one text in the place of another. */
function explain(from: string, to: string): string[] {
  const text = example.replace(from, to);
  expect(text).not.toBe(example);
  const parsed = parseSettings(text, { environment: "prod", file: "settings/prod.yaml" });
  return "issues" in parsed ? parsed.issues.map(({ failed, rule }) => `${failed}; ${rule}`) : [];
}

describe("a settings file", () => {
  test("is the example as it stands", async () => {
    expect(await readSettings("prod")).toEqual({
      environment: "prod",
      account: "123456789012",
      region: "eu-central-1",
      tags: { team: "data-platform", cost_centre: "4711" },
      lake: { bucket: "shop-lake", prefix: "shardlift", encryption: "kms" },
      sources: [],
      secrets: [
        {
          arn: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shardlift/hash-key-AbCdEf",
          readers: ["commands", "glue"],
        },
      ],
      glue: { job: "shardlift-prod" },
      catalog: { database_prefix: "prod_", schemas: ["analytics"], crawler: false },
      runner: {
        image: {
          uri: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shardlift:0.1.0",
          account: "123456789012",
          region: "eu-central-1",
          repository: "shardlift",
        },
        vpc: "vpc-0a1b2c3d4e5f67890",
        subnets: ["subnet-0a1b2c3d4e5f67890", "subnet-0b1c2d3e4f5a67891"],
        cpu: 2,
        memory_gb: 8,
        scratch_gb: 100,
        architecture: "x86_64",
      },
      airflow: {
        role: "arn:aws:iam::123456789012:role/service-role/shop-mwaa",
        dags: "s3://shop-mwaa/dags/shardlift/",
      },
      deployers: ["arn:aws:iam::123456789012:role/shop-release"],
      snowflake: {},
      alerts: { emails: ["data-platform@example.com"], quiet_after: 93_600_000 },
    });
  });

  test.each([
    ['account: "123456789012"', "account: 12", "account is not a text; 12 digits, in quotes"],
    ["region: eu-central-1\n", "", "region is missing; Region that everything is made in."],
    ["team: data-platform", "teem: data-platform", "tags lacks team; tags name team and cost_centre"],
    [
      "team: data-platform",
      "team: a\n  environment: b",
      "tags.environment is not a key for a tag; letters, digits, spaces and _ . : / = + - @; application, environment, pipeline are set by themselves",
    ],
    [
      "prefix: shardlift",
      'prefix: ""',
      "lake.prefix is empty; the lake lies below a prefix: deployed configuration lies beside it in the bucket",
    ],
    ["cpu: 2", "cpu: 3", "runner.cpu is no size of a task; tasks of Fargate have 1, 2, 4, 8, 16 cores"],
    ["memory_gb: 8", "memory_gb: 32", "runner.memory_gb does not go with cpu; with 2 cores: 4 to 16 GiB"],
    [
      "cpu: 2\n  memory_gb: 8",
      "cpu: 16\n  memory_gb: 33",
      "runner.memory_gb does not go with cpu; with 16 cores: 32 to 120 GiB, in steps of 8",
    ],
    [
      "snowflake: {}",
      "snowflake: { external_id: abc }",
      "snowflake lacks user; user and external_id come together, from DESC INTEGRATION; before that there is neither",
    ],
    [
      "shardlift:0.1.0",
      "shardlift",
      "runner.image is not an image; an image in ECR, with its tag or its digest: what runs is never whatever is newest",
    ],
    [
      "glue:\n  job: shardlift-prod\n",
      "",
      "secrets[0].readers names a reader that is not there; glue reads where there is glue:",
    ],
    [
      "s3://shop-mwaa/dags",
      "s3://shop-lake/dags",
      "airflow.dags lies in the lake's bucket; the lake's bucket is the lake's alone: its policy and its rules hold for all that is in it",
    ],
    [
      "role/shop-release",
      "root",
      "deployers[0] is not a user's or a role's ARN; arn:aws:iam::, the account and the role or the user",
    ],
    [
      "data-platform@example.com]",
      "nobody]",
      "alerts.emails[0] is not an e-mail address; one e-mail address, without a name",
    ],
    [
      "schemas: [analytics]",
      "schemas: [Analytics]",
      "catalog.schemas[0] is not a schema; lower-case letters a-z, digits and underscores, as the Data Catalog folds names",
    ],
    [
      "secret:shardlift/hash-key-AbCdEf",
      "hash",
      "secrets[0].arn is not a secret's ARN; the whole ARN of a secret in Secrets Manager, with its last six characters",
    ],
    [
      "crawler: false",
      "crawlers: false",
      "catalog.crawlers is not a known key; keys here are database_prefix, schemas, crawler",
    ],
  ])("with %j as %j is told as such", (from, to, told) => {
    expect(explain(from, to)).toEqual([told]);
  });

  test.each([
    [
      `${example}\nmonitoring: 1\n`,
      "monitoring is not a known key",
      "remove it, or look it up in deploy/settings/README.md",
    ],
    ["", "the file is empty", "start from an example in deploy/settings/prod.yaml"],
  ])("sends nobody to the page of another file", (text, failed, remedy) => {
    const parsed = parseSettings(text, { environment: "prod", file: "settings/prod.yaml" });
    expect("issues" in parsed ? parsed.issues : []).toMatchObject([{ failed, remedy }]);
  });

  test("is told all that is wrong with it at once, by its lines", async () => {
    const folder = await mkdtemp(join(tmpdir(), "shardlift-settings-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, "settings"));
    await writeFile(
      join(folder, "settings/test.yaml"),
      example.replace("cpu: 2", "cpu: 3").replace("shop-release", "shop release"),
    );
    await expect(readSettings("test", folder)).rejects.toMatchObject({
      code: "config",
      message: expect.stringMatching(
        /^2 problems in 1 file\n.*test\.yaml:41:8: runner\.cpu[\s\S]*test\.yaml:52:5: deployers/,
      ),
    });
  });

  test("that is not there is told with those that are", async () => {
    await expect(readSettings("prd")).rejects.toMatchObject({
      code: "config",
      parts: {
        failed: expect.stringMatching(/there is no such environment$/),
        rule: "settings are files deploy/settings/<environment>.yaml",
        remedy: expect.stringContaining("prod"),
      },
    });
  });
});

describe("the page of their keys", () => {
  const readPage = () => readFile(new URL("../settings/README.md", import.meta.url), "utf8");

  test("is fresh; if it is stale, run `node scripts/generate-config-docs.mjs`", async () => {
    expect(await readPage()).toBe(renderSettingsDocs());
  });

  test("says of each key what it means, and whether it is required", async () => {
    const table = (await readPage()).split("\n\n").find((block) => block.startsWith("| key |"))!;
    const rows = table.split("\n").slice(2);
    expect(rows.filter((row) => !/^\| `[a-z_[\].]+` \| [^|]+ \| [^|]*\| [^|]+\. \|$/.test(row))).toEqual([]);
    expect(
      rows.filter((row) => /^\| `(account|runner\.vpc|runner\.cpu|lake\.versions_days)`/.test(row)),
    ).toEqual([
      expect.stringMatching(/^\| `account` \| text \| required \|/),
      expect.stringMatching(/^\| `lake\.versions_days` \| whole number \| {2}\|/),
      expect.stringMatching(/^\| `runner\.vpc` \| text \| required \|/),
      expect.stringMatching(/^\| `runner\.cpu` \| whole number \| `2` \|/),
    ]);
  });
});
