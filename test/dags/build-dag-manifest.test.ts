import { describe, expect, test } from "vitest";
import type { Pipeline } from "../../src/config/types.ts";
import { buildDagManifest } from "../../src/dags/build-dag-manifest.ts";
import type { DagEntry, DagManifest } from "../../src/dags/manifest-schema.ts";
import { buildFamily, buildPipeline, day } from "../support/builders.ts";
import { buildGlue, buildLocal, ecsRunner, lakeAlone, readLines } from "./environments.ts";

const daily = buildPipeline({ families: [buildFamily({ shards: ["daily"] })], schedule: "30 5 * * *" });

function build(pipelines: Pipeline[], environment = buildLocal()): DagManifest {
  return buildDagManifest(pipelines, environment, "1.2.3");
}

function find(manifest: DagManifest, id: string): DagEntry {
  const found = manifest.dags.find((dag) => dag.id === id);
  if (found === undefined) throw new Error(`no ${id} in ${manifest.dags.map((dag) => dag.id)}`);
  return found;
}

/** `a → b` for each edge, and each task that has nothing before it. */
function drawEdges(dag: DagEntry): string[] {
  return dag.tasks.flatMap(({ id, after }) =>
    after.length === 0 ? [id] : after.map((before) => `${before} → ${id}`),
  );
}

describe("the DAG of a pipeline", () => {
  test("is the whole chain, each task a command", () => {
    const dag = find(build([daily]), "shardlift__web-shop");
    expect(drawEdges(dag)).toEqual([
      "wait",
      "wait → extract",
      "extract → crawl",
      "crawl → load",
      "load → refresh",
      "refresh → prune",
      "prune → reconcile",
    ]);
    const words = ["--pipeline", "web-shop", "--environment", "prod", "--progress", "lines"];
    expect(dag.tasks.map(({ argv }) => argv)).toEqual(
      ["wait", "extract", "crawl", "load", "refresh", "prune"]
        .map((command) => [command, ...words])
        .concat([["reconcile", ...words, "--json"]]),
    );
    expect(dag).toMatchObject({
      schedule: "30 5 * * *",
      owner: "growth@example.com",
      tags: ["shardlift", "prod", "whole"],
      max_active_runs: 2,
      backfill: { flag: "--days", time_zone: "Europe/Berlin" },
    });
  });

  test("ends with the catalog where there is no warehouse, and tells its followers there", () => {
    const intraday = buildPipeline({ schedule: "0 */3 * * *" });
    const manifest = build([intraday], readLines(lakeAlone));
    const dag = find(manifest, "shardlift__web-shop");
    expect(drawEdges(dag)).toEqual(["wait", "wait → extract", "extract → crawl", "crawl → reconcile"]);
    const outlets = dag.tasks.map(({ id, outlets: own }) => [id, own.map(({ table }) => table)]);
    expect(outlets).toEqual([
      ["wait", []],
      ["extract", []],
      ["crawl", ["analytics.web_shop_events"]],
      ["reconcile", []],
    ]);
    const often = find(manifest, "shardlift__web-shop__intraday");
    expect(often.tasks.map(({ id }) => id)).toEqual(["extract", "crawl"]);
    expect(often.doc).toContain("Brings today's intraday rows into the lake");
  });

  test("has script and job in front where the engine is Glue", () => {
    const dag = find(build([daily], buildGlue()), "shardlift__web-shop");
    expect(drawEdges(dag).slice(0, 4)).toEqual([
      "push-script",
      "push-script → ensure-job",
      "ensure-job → wait",
      "wait → extract",
    ]);
  });

  test("waits as long as the pipeline lets a day be late, then goes on and tells of it", () => {
    const dag = find(build([{ ...daily, lateAfterMs: 5_400_000 }]), "shardlift__web-shop");
    expect(dag.tasks[0]).toMatchObject({
      patience_seconds: 5400,
      after_patience: "go-on",
      tells_missing: true,
      poke_seconds: 600,
    });
    expect(
      dag.tasks.slice(1).map(({ after_patience, tells_missing }) => [after_patience, tells_missing]),
    ).toEqual([...Array(5).fill(["fail", false]), ["go-on", false]]);
  });

  test("lets days that another run is bringing in be counted by the next run", () => {
    const reconcile = find(build([daily]), "shardlift__web-shop").tasks.at(-1);
    expect(reconcile).toMatchObject({ id: "reconcile", patience_seconds: 3600, after_patience: "go-on" });
  });

  test("names the hot tables that a load fills, and nothing else does", () => {
    const users = buildFamily({ family: "ga4_users", table: { schema: "Analytics", table: "Users" } });
    const dag = find(build([{ ...daily, families: [...daily.families, users] }]), "shardlift__web-shop");
    expect(dag.tasks.flatMap(({ id, outlets }) => outlets.map((outlet) => ({ id, ...outlet })))).toEqual([
      {
        id: "load",
        name: "prod.analytics.web_shop_events",
        uri: "shardlift/prod/analytics/web_shop_events",
        table: "analytics.web_shop_events",
      },
      {
        id: "load",
        name: "prod.analytics.users",
        uri: "shardlift/prod/analytics/users",
        table: "Analytics.Users",
      },
    ]);
  });

  test("takes paces from the environment, and half of keep as the longest call", () => {
    const environment = buildLocal(
      "keep: 8 hours",
      "airflow: { retries: 2, retry_delay: 5 seconds, poke: 30 seconds }",
    );
    const dag = find(build([daily], environment), "shardlift__web-shop");
    expect(dag.tasks[1]).toMatchObject({
      retries: 2,
      retry_delay_seconds: 5,
      max_retry_delay_seconds: 1800,
      timeout_seconds: 14_400,
      poke_seconds: 30,
      patience_seconds: 14_400,
    });
  });

  test("begins where the property does, and by hand only without a schedule", () => {
    const property = { ...daily.property, start: day("2021-03-01") };
    const dag = find(build([{ ...daily, property, schedule: null }]), "shardlift__web-shop");
    expect([dag.start, dag.schedule]).toEqual(["2021-03-01", null]);
  });
});

describe("a pipeline with intraday shards", () => {
  const intraday = buildPipeline({ schedule: "0 */3 * * *" });

  test("runs every few hours up to load, and the whole chain once a day", () => {
    const manifest = build([intraday]);
    const often = find(manifest, "shardlift__web-shop__intraday");
    expect([often.schedule, drawEdges(often)]).toEqual([
      "0 */3 * * *",
      ["extract", "extract → crawl", "crawl → load"],
    ]);
    const whole = find(manifest, "shardlift__web-shop");
    expect([whole.schedule, whole.tasks.length]).toEqual(["0 0 * * *", 7]);
  });

  test("has no second DAG where its schedule fires once a day, or never", () => {
    for (const schedule of ["30 5 * * *", "@daily", null]) {
      const ids = build([{ ...intraday, schedule }]).dags.map(({ id }) => id);
      expect(ids).toEqual(["shardlift__web-shop", "shardlift__sweep", "shardlift__backfill"]);
    }
  });
});

describe("what all pipelines have in common", () => {
  const two = [buildPipeline({ name: "b" }), buildPipeline({ name: "a" })];

  test("a weekly sweep looks at all days of each, side by side under a pool", () => {
    const sweep = find(build(two, buildLocal("airflow: { pool: lift }")), "shardlift__sweep");
    expect(sweep.schedule).toBe("0 3 * * 0");
    expect(sweep.tasks.map(({ id, argv, after, pool }) => ({ id, argv, after, pool }))).toEqual(
      ["a", "b"].map((name) => ({
        id: `sweep__${name}`,
        argv: ["run", "--pipeline", name, "--environment", "prod", "--progress", "lines", "--all", "--json"],
        after: [],
        pool: "lift",
      })),
    );
  });

  test("a backfill asks for its pipeline and days, plans, and maps batches under a pool", () => {
    const backfill = find(build(two, buildLocal("airflow: { pool: lift }")), "shardlift__backfill");
    expect(backfill.schedule).toBeNull();
    const required = backfill.fields.filter((field) => !("default" in field)).map(({ name }) => name);
    expect(required).toEqual(["pipeline", "first_day", "last_day"]);
    expect(backfill.fields[0]!.schema.enum).toEqual(["a", "b"]);
    expect(drawEdges(backfill)).toEqual(["plan", "plan → batch"]);
    const [plan, batch] = backfill.tasks;
    expect(plan!.argv).toContain("1024");
    expect([plan!.result, batch!.pool, batch!.spread]).toEqual([
      "batches",
      "lift",
      { task: "plan", flag: "--days", at_once: "at_once" },
    ]);
  });

  test("over Glue a backfill sees to script and job between plan and batches", () => {
    const edges = drawEdges(find(build(two, buildGlue()), "shardlift__backfill"));
    expect(edges).toEqual([
      "plan",
      "plan → push-script",
      "push-script → ensure-job",
      "plan → batch",
      "ensure-job → batch",
    ]);
  });

  test("no pipelines, no DAGs", () => {
    expect(build([]).dags).toEqual([]);
  });
});

describe("a manifest", () => {
  test("is the same for the same configuration, in whatever order it was read", () => {
    const names = ["c", "a", "b"].map((name) => buildPipeline({ name, schedule: "@hourly" }));
    expect(build(names)).toEqual(build(names.toReversed()));
    expect(new Set(build(names).dags.map(({ id }) => id)).size).toBe(8);
  });

  test("says how commands run on the worker, and where they find the configuration", () => {
    const environment = buildLocal("runner: { type: bash, command: [node, lift.mjs], config: /opt/config }");
    expect(build([daily], environment).runner).toEqual({
      type: "bash",
      command: ["node", "lift.mjs"],
      variables: { SHARDLIFT_CONFIG: "/opt/config" },
    });
  });

  test("says how they run in containers", () => {
    expect(build([daily], buildGlue(...ecsRunner)).runner).toEqual({
      type: "ecs",
      cluster: "shardlift",
      task_definition: "shardlift:7",
      container: "command",
      subnets: ["subnet-0a1b2c3d"],
      security_groups: ["sg-0a1b2c3d"],
      log_group: "/ecs/shardlift",
      log_prefix: "lift",
      region: "eu-central-1",
      variables: { SHARDLIFT_CONFIG: "s3://shop-shardlift/config/0a1b/" },
    });
  });

  test("names a webhook by reference and never by its address", () => {
    const { alerts } = build([daily], buildLocal("alerts: { type: webhook, url: 'env:HOOK' }"));
    expect(alerts).toEqual({ type: "webhook", url: { from: "env", name: "HOOK" } });
  });

  test("has no task over more than 8,000 characters, which a container would refuse", () => {
    const manifest = build([buildPipeline({ name: "x".repeat(100) })], buildGlue(...ecsRunner));
    const lengths = manifest.dags.flatMap(({ tasks }) =>
      tasks.map(({ argv }) => JSON.stringify(argv).length),
    );
    expect(Math.max(...lengths)).toBeLessThan(1000);
  });
});
