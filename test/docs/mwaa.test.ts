import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { findPlaces } from "../../src/cli/deploy/find-places.ts";
import { parseEnvironment } from "../../src/config/parse-environment.ts";
import { readBlocks } from "./read-blocks.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(root, "docs/mwaa.md"), "utf8");
const blocks = readBlocks(page);

interface Statement {
  Action: string | string[];
  Resource: string | string[];
  Condition?: object;
}

/** In the page's order: Airflow's, the configuration's readers', the deploy role's. */
const [airflow, readers, deployer] = blocks
  .filter(({ tag }) => tag === "json")
  .map(({ text }) => (JSON.parse(text) as { Statement: Statement[] }).Statement);

const listActions = (statements: readonly Statement[] = []) =>
  [...new Set(statements.flatMap(({ Action }) => Action))].toSorted();

/** Actions that the CDK app's policies of a role name. */
function readActions(name: string): string[] {
  const text = readFileSync(join(root, "deploy/src/policies", `${name}.ts`), "utf8");
  const lists = [...text.matchAll(/\bactions: \[([^\]]+)\]/g)].flatMap(([, list]) => list!.split(","));
  return [...new Set(lists.map((action) => action.trim().replaceAll('"', "")))].toSorted();
}

describe("the policies of docs/mwaa.md", () => {
  test("allow Airflow what the CDK app's do, and the webhook's secret", () => {
    expect(listActions(airflow)).toEqual(
      [...readActions("airflow"), "secretsmanager:GetSecretValue"].toSorted(),
    );
  });

  test("allow who deploys what the CDK app's do, but for a key, which the page tells apart", () => {
    const actions = readActions("deploy").filter((action) => !action.startsWith("kms:"));
    expect(listActions(deployer)).toEqual([...new Set([...actions, "s3:ListBucket"])].toSorted());
    expect(listActions(readers)).toEqual(["s3:GetObject", "s3:ListBucket"]);
  });

  test("let nobody but who deploys write, and name what they are for", () => {
    const others = [...(airflow ?? []), ...(readers ?? [])];
    expect(listActions(others).filter((action) => /s3:(Put|Delete)/.test(action))).toEqual([]);
    const open = [...others, ...(deployer ?? [])].filter(({ Resource }) => [Resource].flat().includes("*"));
    expect(open.map(({ Action, Condition }) => [Action, Condition !== undefined])).toEqual([
      ["ecs:ListTasks", true],
    ]);
  });
});

describe("the environments of docs/mwaa.md", () => {
  const base = [
    "production: true",
    "source: { type: files, root: 's3://shop-exports/' }",
    "lake: { type: s3, bucket: shop-lake, prefix: shardlift, region: eu-central-1 }",
    "warehouse:",
    "  { type: snowflake, account: myorg-shop, user: U, auth: workload_identity, role: R, warehouse: W, database: D,",
    "    stage: D.S.LAKE, integration: I, lake_url: 's3://shop-lake/shardlift/' }",
    "",
  ].join("\n");
  const origin = { file: "environments/prod.yaml", name: "prod", root: "/config" };
  const parts = blocks.filter(({ tag }) => tag === "yaml").map(({ text }) => text);

  test("are as they may be written", () => {
    const read = parts.map((text) => parseEnvironment(base + text, origin));
    expect(read.map(({ issues }) => issues)).toEqual([[], []]);
    expect(read.map(({ environment }) => environment?.orchestration.runner.type)).toEqual(["ecs", "bash"]);
  });

  test("say where deploy puts what, as the page does", () => {
    const { environment } = parseEnvironment(base + parts[0], origin);
    expect(findPlaces(environment!, {})).toEqual({
      dags: "s3://shop-mwaa/dags/shardlift/",
      config: "s3://shop-lake/shardlift-config/",
      region: "eu-central-1",
    });
  });
});

test("each image has its own constraints", () => {
  const rows = [...page.matchAll(/^\| (\d+\.\d+\.\d+) \| (3\.\d+) \| `--constraint "(\S+)"` \|$/gm)];
  expect(rows.map(([, image]) => image)).toEqual(["2.11.2", "3.0.6", "3.2.1", "3.3.1"]);
  for (const [, image, python, address] of rows) {
    expect(address).toBe(
      `https://raw.githubusercontent.com/apache/airflow/constraints-${image}/constraints-${python}.txt`,
    );
  }
});

describe("what waiting costs", () => {
  const [workerHour, placesOfWorker] = [0.055, 5];
  const taskHour = (cores: number, gigabytes: number) => cores * 0.04048 + gigabytes * 0.004445;
  const hours = 6;
  const placeHour = workerHour / placesOfWorker;
  const rows = [...page.matchAll(/^\| ([^|]+) \| [^|]+ \| ([\d.]+) USD \| ([\d.]+) USD[^|]*\|$/gm)].map(
    ([, who, ten, many]) => ({ who: who!, ten: Number(ten), many: Number(many) }),
  );

  test.each([
    ["a sensor that pokes", hours * placeHour],
    ["`wait`, bash runner", ((hours * 6 * 5) / 3600) * placeHour],
    ["`wait`, ECS runner", hours * 6 * (taskHour(2, 8) / 60)],
    ["the same, `poke: 1 hour` |", hours * (taskHour(2, 8) / 60)],
    ["the same, `poke: 1 hour`, task of 0.5 core", hours * (taskHour(0.5, 1) / 60)],
  ])("by %s is what the stated prices come to", (who, usd) => {
    const row = rows.find((one) => `${one.who} |`.startsWith(who))!;
    expect(Math.abs(row.ten / (usd * 10 * 30) - 1)).toBeLessThan(0.04);
    expect(Math.abs(row.many / (usd * 300 * 30) - 1)).toBeLessThan(0.02);
    expect(page).toContain("0.04048 USD a core hour and 0.004445 USD a GB hour");
  });
});
