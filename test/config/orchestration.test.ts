import { describe, expect, test } from "vitest";
import { parseEnvironment } from "../../src/config/parse-environment.ts";
import { plainOrchestration } from "../support/orchestration.ts";

const local = [
  "source: { type: files, root: ./source }",
  "lake: { type: folder, root: ./lake }",
  "warehouse: { type: duckdb, path: ./w.duckdb }",
];

function parse(...lines: string[]) {
  const text = `${[...local, ...lines].join("\n")}\n`;
  return parseEnvironment(text, { file: "environments/prod.yaml", name: "prod", root: "/config" });
}

describe("what a scheduler takes from an environment", () => {
  test("has defaults for all of it", () => {
    expect(parse().environment?.orchestration).toEqual(plainOrchestration);
  });

  test("names the command word by word, the pool and the paces", () => {
    const { environment } = parse(
      "runner: { type: bash, command: [node, /opt/shardlift/bin/shardlift.mjs], config: /opt/config }",
      "alerts: { type: webhook, url: 'file:secrets/webhook' }",
      "airflow: { sweep: '@weekly', pool: lift, retries: 2, retry_delay: 5 seconds, poke: 30 seconds }",
    );
    expect(environment?.orchestration).toEqual({
      runner: { type: "bash", command: ["node", "/opt/shardlift/bin/shardlift.mjs"], config: "/opt/config" },
      alerts: { type: "webhook", url: { from: "file", path: "/config/secrets/webhook" } },
      airflow: {
        ...{ sweep: "@weekly", pool: "lift", retries: 2, retryDelayMs: 5_000, pokeMs: 30_000 },
        ...{ dags: null, region: null },
      },
    });
  });

  test.each([
    ["an address instead of a reference", "alerts: { type: webhook, url: 'https://hooks.example.com/T1' }"],
    ["a topic that is none", "alerts: { type: sns, topic: alarms }"],
    ["no words of a command", "runner: { type: bash, command: [] }"],
    ["a relative place of configuration", "runner: { type: bash, config: config }"],
    ["a schedule that is none", "airflow: { sweep: weekly }"],
  ])("refuses %s", (_, line) => {
    expect(parse(line).issues).toHaveLength(1);
  });

  test("never repeats an address that stood where a reference belongs", () => {
    const { issues } = parse("alerts: { type: webhook, url: 'https://hooks.example.com/T1' }");
    expect(JSON.stringify(issues)).not.toContain("hooks.example.com");
  });

  test("refuses containers beside a lake in a folder", () => {
    const { issues } = parse(
      "runner:",
      "  type: ecs",
      "  cluster: shardlift",
      "  task_definition: shardlift",
      "  container: shardlift",
      "  subnets: [subnet-0a1b2c3d]",
      "  security_groups: [sg-0a1b2c3d]",
      "  log_group: /ecs/shardlift",
      "  log_prefix: shardlift",
      "  region: eu-central-1",
    );
    expect(issues.map(({ failed, received }) => ({ failed, received }))).toEqual([
      { failed: expect.stringContaining("cannot be ecs here"), received: "a lake in a folder" },
    ]);
  });

  const places = [
    "runner: { type: bash, config: 's3://shop-config/shardlift' }",
    "airflow: { dags: 's3://shop-airflow/dags', region: eu-west-1 }",
  ];

  test("says where deploy puts DAGs and configuration", () => {
    const orchestration = parse(...places).environment?.orchestration;
    expect(orchestration?.runner.config).toBe("s3://shop-config/shardlift/");
    expect(orchestration?.airflow).toMatchObject({ dags: "s3://shop-airflow/dags/", region: "eu-west-1" });
  });

  test.each([
    ["a folder", "airflow: { dags: ./dags }"],
    ["a whole bucket", "airflow: { dags: 's3://shop-airflow/' }"],
  ])("has no DAGs in %s", (_, line) => {
    expect(parse(line).issues).toHaveLength(1);
  });

  test.each([
    ["s3://shop-airflow/dags/config", "s3://shop-airflow/dags", ["runner.config overlaps with airflow.dags"]],
    ["s3://shop-lake/shardlift/config", "s3://bob/dags", ["runner.config overlaps with lake.prefix"]],
    ["s3://bob/config", "s3://shop-lake/shardlift", ["airflow.dags overlaps with lake.prefix"]],
    ["s3://bob/config", "s3://bob/configs", []],
  ])("keeps configuration at %s and DAGs at %s apart, and both from the lake", (config, dags, expected) => {
    const lines = [
      "source: { type: files, root: 's3://shop-exports/' }",
      "lake: { type: s3, bucket: shop-lake, prefix: shardlift, region: eu-central-1 }",
      "warehouse:",
      "  { type: snowflake, account: myorg-shop, user: U, auth: workload_identity, role: R, warehouse: W, database: D,",
      "    stage: D.S.LAKE, integration: I, lake_url: 's3://shop-lake/shardlift/' }",
      `runner: { type: bash, config: '${config}' }`,
      `airflow: { dags: '${dags}' }`,
    ];
    const origin = { file: "environments/prod.yaml", name: "prod", root: "/config" };
    const { issues } = parseEnvironment(`${lines.join("\n")}\n`, origin);
    expect(issues.map(({ failed }) => failed)).toEqual(expected);
  });
});
