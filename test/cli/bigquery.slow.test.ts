import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { dataset, project, renderKey, startDouble } from "../adapters/bigquery/bigquery-world.ts";
import { addDataset } from "../doubles/bigquery/change-world.ts";
import { loadFolder } from "../doubles/bigquery/load-folder.ts";
import { startReadDouble } from "../doubles/bigquery/read/read-double.ts";
import { command } from "../support/command.ts";
import { arrive, countRows, expectRefusal, now, openSite } from "../support/shop.ts";

const bucket = "shop-prod-extracts";
const run = ["run", "--progress", "none", ...now];

/** A site whose shards are tables of the double, and the environment that reads them. */
async function openTables(transport: "extract" | "storage-read") {
  const double = await startDouble();
  const read = await startReadDouble(double.world, double.tokens);
  onTestFinished(() => read.close());
  addDataset(double.world, { project, dataset });
  double.world.buckets.set(bucket, { location: "EU", objects: new Map() });
  const endpoints = `endpoint: "${double.endpoint}", token_endpoint: "${double.endpoint}"`;
  const rows =
    transport === "extract"
      ? `extracts: "gs://${bucket}/shardlift", storage_endpoint: "${double.endpoint}"`
      : `read_endpoint: "${read.endpoint}"`;
  const site = await openSite({
    "environments/local.yaml": `source: { type: bigquery, project: ${project}, auth: service_account, private_key: env:KEY, ${endpoints}, ${rows} }
lake: { type: folder, root: ./lake }
engine: { type: duckdb, memory: 500 MB, threads: 1, spill: ./spill }
catalog: { type: none }
warehouse: { type: duckdb, path: ./site.duckdb, wait: 5 seconds }
`,
  });
  const load = () => loadFolder(double.world, { root: join(site.folder, "source"), project, dataset });
  return { site, double, read, load, env: { KEY: renderKey() } };
}

test.each(["extract", "storage-read"] as const)(
  "%s: the command line lifts tables and ends; what is up to date costs one list and one get",
  async (transport) => {
    const { site, double, read, load, env } = await openTables(transport);
    await arrive(site, { rows: 500 });
    await load();

    const first = await site.run(run, env);

    expect(first).toMatchObject({ exitCode: 0 });
    expect(first.stderr).not.toMatch(/Warning/);
    expect(Number(await countRows(site))).toBeGreaterThanOrEqual(500);
    expect(await readdir(join(site.folder, "spill"))).toEqual([]);
    expect(double.world.buckets.get(bucket)!.objects.size).toBe(0);
    double.forget();
    read.log.length = 0;
    expect(await command(site, run, { env })).toMatchObject({ exitCode: 0 });
    expect(read.log).toEqual([]);
    const { "bigquery.tables.list": lists, "bigquery.jobs.insert": inserts } = double.count();
    expect([lists, inserts]).toEqual([1, undefined]);
  },
);

test("a project that holds the dataset and is not the one that pays is asked by its own name", async () => {
  const { site, double, load, env } = await openTables("extract");
  await arrive(site);
  await load();
  const pipeline = join(site.folder, "pipelines", "shop.yaml");
  addDataset(double.world, { project: "ga-data", dataset });
  await loadFolder(double.world, { root: join(site.folder, "source"), project: "ga-data", dataset });
  await writeFile(
    pipeline,
    `name: shop
owner: test@example.com
property: { dataset: ${dataset}, project: ga-data, time_zone: Europe/Berlin }
families:
  - { family: ga4_events, table: analytics.events }
`,
  );

  expect(await command(site, run, { env })).toMatchObject({ exitCode: 0 });

  const [found] = double.world.jobs.values();
  expect(found?.job).toMatchObject({
    jobReference: { projectId: project },
    configuration: { extract: { sourceTable: { projectId: "ga-data" } } },
  });
});

test("what is missing in the cloud is a message, and the day keeps its rows", async () => {
  const { site, double, load, env } = await openTables("extract");
  await arrive(site);
  await load();
  await command(site, run, { env });
  const before = await countRows(site);
  await arrive(site, { revision: 2 });
  await load();
  double.world.buckets.get(bucket)!.location = "us-east1";

  expectRefusal(
    await command(site, run, { env }),
    64,
    "was not extracted by job",
    "different locations",
    "rule:",
  );

  expect(await countRows(site)).toBe(before);
});
