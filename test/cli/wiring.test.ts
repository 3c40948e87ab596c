import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { createClock } from "../../src/cli/clock.ts";
import { buildPorts, openWarehouse } from "../../src/cli/wiring.ts";
import type { Environment } from "../../src/config/types.ts";
import {
  createTables,
  dataset,
  project,
  renderKey,
  startDouble,
} from "../adapters/bigquery/bigquery-world.ts";
import { checkEnvironment } from "../config/texts.ts";

const role = "arn:aws:iam::123456789012:role/shardlift-glue";
const onAws = {
  source: { type: "files", root: "s3://shop-exports/bq" },
  lake: { type: "s3", bucket: "shop-lake", prefix: "shardlift", region: "eu-central-1" },
  engine: { type: "glue", job: "shardlift-prod", role },
  catalog: { type: "glue", crawler: true, crawler_role: role },
  warehouse: {
    type: "snowflake",
    account: "myorg-shop",
    user: "SHARDLIFT",
    role: "LOADER",
    warehouse: "WH",
    database: "ANALYTICS",
    stage: "ANALYTICS.SHARDLIFT.LAKE",
    integration: "SHARDLIFT_LAKE",
    lake_url: "s3://shop-lake/shardlift/",
  },
};

function parse(given: Record<string, unknown>): Environment {
  const { environment, issues } = checkEnvironment(stringify({ ...onAws, ...given }));
  if (environment === null) throw new Error(JSON.stringify(issues));
  return environment;
}

function input(given: Record<string, unknown>) {
  const signal = new AbortController().signal;
  return { environment: parse(given), clock: createClock(null), signal, env: {} };
}

/** Where each part is, without anything being asked of it. */
async function locate(given: Record<string, unknown>, pipeline?: string) {
  const tag = pipeline === undefined ? {} : { tag: { pipeline } };
  const { ports, close } = await buildPorts({ ...input(given), ...tag });
  await close();
  const { store, source, engine, job, catalog, warehouse } = ports;
  return {
    store: store.location,
    source: source.location,
    engine: engine.name,
    job: job?.location ?? null,
    catalog: catalog?.location ?? null,
    crawler: catalog !== null && catalog.crawler !== null,
    warehouse: warehouse?.location ?? null,
  };
}

const folders = {
  source: { type: "files", root: "/nowhere/source" },
  lake: { type: "folder", root: "/nowhere/lake" },
};
const embedded = { engine: { type: "duckdb" }, catalog: { type: "none" } };

describe("an environment becomes ports", () => {
  test("all of them on AWS, a job for the pipeline among them, before any call is made", async () => {
    expect(await locate({}, "web-shop")).toEqual({
      store: "bucket s3://shop-lake/shardlift/",
      source: "bucket s3://shop-exports/bq/",
      engine: "glue",
      job: "Glue job shardlift-prod-web-shop in eu-central-1",
      catalog: "Glue Data Catalog in eu-central-1",
      crawler: true,
      warehouse: expect.stringContaining("myorg-shop"),
    });
  });

  test("on S3 with the engine of this machine", async () => {
    expect(await locate(embedded)).toMatchObject({
      store: "bucket s3://shop-lake/shardlift/",
      source: "bucket s3://shop-exports/bq/",
      engine: "duckdb",
      job: null,
      catalog: null,
    });
  });

  test("on this machine", async () => {
    expect(await locate({ ...embedded, ...folders })).toMatchObject({
      store: "folder /nowhere/lake",
      source: "folder /nowhere/source",
      engine: "duckdb",
      job: null,
      catalog: null,
    });
  });

  test("or the warehouse alone, without a pipeline", async () => {
    const warehouse = await openWarehouse(input({}));
    expect(warehouse.location).toContain("myorg-shop");
    await warehouse.close();
  });
});

test("source and rows of BigQuery sign in once and ask in one queue", async () => {
  const double = await startDouble();
  double.world.buckets.set("shop-prod-extracts", { location: "EU", objects: new Map() });
  const { write } = await createTables(double);
  const table = "events_20261120";
  await write(table, [{ name: "event_name", type: "STRING", mode: "NULLABLE" }], [{ event_name: "a" }]);
  const google = {
    ...{ type: "bigquery", project, auth: "service_account", private_key: "env:KEY" },
    ...{ extracts: "gs://shop-prod-extracts/shardlift", endpoint: double.endpoint },
    ...{ token_endpoint: double.endpoint, storage_endpoint: double.endpoint },
  };
  const given = { ...embedded, lake: folders.lake, source: google, production: false };
  const warehouse = { type: "duckdb", path: "/nowhere/w.duckdb" };
  const { ports, close } = await buildPorts({ ...input({ ...given, warehouse }), env: { KEY: renderKey() } });
  const shard = (await ports.source.openShard(dataset, table, "daily"))!;
  double.forget();
  // What the table's rows become is not looked at: no family has such rows.
  const day = { day: "2026-11-20", family: "ga4_events", shard, deadlineMs: Date.now() + 60_000 } as never;
  const context = { signal: new AbortController().signal, onRows: () => {} };
  for await (const outcome of ports.engine.extract([day], context)) expect(outcome).toHaveProperty("error");
  await close();
  const { "bigquery.jobs.insert": jobs, "oauth2.token": tokens } = double.count();
  // Cloud Storage's client signs in for itself.
  expect([jobs, tokens]).toEqual([1, 1]);
});
