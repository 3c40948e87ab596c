import { expect, test } from "vitest";
import { examineBigQuery } from "../../../src/adapters/bigquery/examine.ts";
import { putTable } from "../../doubles/bigquery/change-world.ts";
import type { BigQueryDouble } from "../../doubles/bigquery/double.ts";
import { account, buildOptions, dataset, federation, project, startDouble } from "./bigquery-world.ts";

async function examine(double: BigQueryDouble, changes: Parameters<typeof buildOptions>[1] = {}) {
  const steps: string[] = [];
  for await (const { step, ok, detail } of examineBigQuery(buildOptions(double, changes), dataset))
    steps.push(`${step} ${ok ? "ok" : "failed"}: ${detail}`);
  return steps;
}

function write({ world }: BigQueryDouble, ...tables: string[]): void {
  const content = { files: [], schema: [{ name: "a", type: "STRING" }], rows: 5n, bytes: 500n };
  for (const table of tables) putTable(world, { project, dataset, table }, content);
}

test("tries sign-in, list and the newest table, and changes nothing", async () => {
  const double = await startDouble();
  write(double, "events_20261119", "pseudonymous_users_20261101", "events_intraday_20261120");
  expect(await examine(double, { config: federation })).toEqual([
    "google ok: signed in as this machine's AWS role, billed to shop-prod",
    "list ok: shop-prod.analytics_1 can be listed (bigquery.tables.list): 3 tables",
    "get ok: tables can be looked at (bigquery.tables.get): events_intraday_20261120, 5 rows, 500 bytes",
  ]);
  expect(double.count()).toEqual({ "sts.token": 1, "bigquery.tables.list": 1, "bigquery.tables.get": 1 });
});

test("says that an empty dataset can be looked at, although there is nothing to look at", async () => {
  expect((await examine(await startDouble())).at(-1)).toBe(
    "get ok: tables can be looked at (bigquery.tables.get): no table there",
  );
});

test("names each permission that is missing, also where another one is missing before it", async () => {
  const double = await startDouble();
  write(double, "events_20261119");
  double.world.denied.add("bigquery.tables.list").add("bigquery.tables.get");
  const [signIn, list, get, ...more] = await examine(double);
  expect([signIn, more]).toEqual([expect.stringMatching(/^google ok/), []]);
  expect(list).toMatch(
    /^list failed: The tables .*needs the permission bigquery\.tables\.list\n.*BigQuery Data Viewer/s,
  );
  expect(get).toMatch(/^get failed: The table .*needs the permission bigquery\.tables\.get\n/s);
});

test("ends with a sign-in that failed", async () => {
  const double = await startDouble();
  double.accounts.get(account)!.publicKeys.clear();
  const steps = await examine(double);
  expect(steps).toEqual([
    expect.stringMatching(
      /^google failed: Signing in to Google with the key of source\.private_key failed\./,
    ),
  ]);
  expect(double.count()).toEqual({ "oauth2.token": 1 });
});
