import { BigQuery } from "@google-cloud/bigquery";
import { OAuth2Client } from "google-auth-library";
import { describe, expect, onTestFinished, test } from "vitest";
import { addDataset, changeTable, putTable } from "./change-world.ts";
import { type BigQueryDouble, type BigQueryDoubleOptions, startBigQueryDouble } from "./double.ts";

const place = { project: "shop-prod", dataset: "analytics_1", table: "events_20261120" };
const base = "/bigquery/v2/projects/shop-prod/datasets/analytics_1";
const scope = "https://www.googleapis.com/auth/bigquery";

async function open(options: BigQueryDoubleOptions = {}) {
  const double = await startBigQueryDouble(options);
  onTestFinished(() => double.close());
  addDataset(double.world, place);
  write(double);
  const { token } = double.tokens.issue("somebody", [scope], 3_600_000);
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${double.endpoint}${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } });
  return { double, ask, token };
}

function write({ world }: BigQueryDouble, table = place.table): void {
  const schema = [{ name: "event_name", type: "STRING", mode: "NULLABLE" }];
  putTable(
    world,
    { ...place, table },
    { files: [], schema, rows: 9_218_924_040_658_817_653n, bytes: 7n, modifiedMs: 5 },
  );
}

describe("the double's answers", () => {
  test("list ids, labels and creation times, and nothing of rows or changes", async () => {
    const { double, ask } = await open();
    changeTable(double.world, place, { labels: { team: "growth" } });
    expect(await (await ask(`${base}/tables`)).json()).toEqual({
      kind: "bigquery#tableList",
      etag: expect.any(String),
      tables: [
        {
          kind: "bigquery#table",
          id: "shop-prod:analytics_1.events_20261120",
          tableReference: { projectId: "shop-prod", datasetId: "analytics_1", tableId: "events_20261120" },
          type: "TABLE",
          labels: { team: "growth" },
          creationTime: "5",
        },
      ],
      totalItems: 1,
    });
  });

  test("get a table with int64 as text, every digit of it", async () => {
    const { ask } = await open();
    expect(await (await ask(`${base}/tables/${place.table}`)).json()).toEqual({
      kind: "bigquery#table",
      etag: expect.any(String),
      id: "shop-prod:analytics_1.events_20261120",
      tableReference: { projectId: "shop-prod", datasetId: "analytics_1", tableId: "events_20261120" },
      type: "TABLE",
      location: "EU",
      schema: { fields: [{ name: "event_name", type: "STRING", mode: "NULLABLE" }] },
      creationTime: "5",
      lastModifiedTime: "5",
      numRows: "9218924040658817653",
      numBytes: "7",
      numLongTermBytes: "0",
    });
  });

  test("have pages that go on where the last one ended, also where tables come meanwhile", async () => {
    const { double, ask } = await open();
    for (const table of ["a", "b", "c"]) write(double, table);
    const page = async (token: string) =>
      (await (await ask(`${base}/tables?maxResults=2&pageToken=${token}`)).json()) as {
        tables: { tableReference: { tableId: string } }[];
        nextPageToken?: string;
      };
    const first = await page("");
    write(double, "aa");
    const second = await page(first.nextPageToken!);
    expect(
      [first, second].map(({ tables }) => tables.map(({ tableReference }) => tableReference.tableId)),
    ).toEqual([
      ["a", "b"],
      ["c", "events_20261120"],
    ]);
    expect(second.nextPageToken).toBeUndefined();
    expect((await ask(`${base}/tables?pageToken=!`)).status).toBe(400);
  });

  test("are 304 for whoever has them, until somebody changes what is declared: new rows are no such change", async () => {
    const { double, ask } = await open();
    const etag = (await ask(`${base}/tables/${place.table}`)).headers.get("etag")!;
    expect((await ask(`${base}/tables/${place.table}`, { "if-none-match": etag })).status).toBe(304);
    changeTable(double.world, place, { rows: 5n });
    expect((await ask(`${base}/tables/${place.table}`, { "if-none-match": etag })).status).toBe(304);
    changeTable(double.world, place, { labels: { a: "b" } });
    expect((await ask(`${base}/tables/${place.table}`, { "if-none-match": etag })).status).toBe(200);
  });

  test("refuse whoever has no token, a token whose time is over, or one for something else", async () => {
    const { double, ask } = await open();
    expect((await fetch(`${double.endpoint}${base}/tables`)).status).toBe(401);
    const { token } = double.tokens.issue("somebody", ["https://www.googleapis.com/auth/drive"], 3_600_000);
    const other = await ask(`${base}/tables`, { authorization: `Bearer ${token}` });
    expect([other.status, await other.json()]).toMatchObject([
      403,
      { error: { errors: [{ reason: "insufficientPermissions" }] } },
    ]);
    double.clock.advance(3_600_000);
    expect((await ask(`${base}/tables`)).status).toBe(401);
  });

  test("have errors as Google's APIs have them", async () => {
    const { double, ask } = await open();
    expect(await (await ask(`${base}/tables/nothing`)).json()).toEqual({
      error: {
        code: 404,
        message: "Not found: Table shop-prod:analytics_1.nothing",
        errors: [
          { message: "Not found: Table shop-prod:analytics_1.nothing", domain: "global", reason: "notFound" },
        ],
        status: "NOT_FOUND",
      },
    });
    expect((await ask("/bigquery/v2/projects/shop-prod/queries")).status).toBe(404);
    expect(double.log.at(-1)).toMatchObject({ method: "unknown", status: 404 });
  });

  test("stop at 100 of one method within a second, and go on in the next", async () => {
    let nowMs = 1_000_000;
    const { double, ask } = await open({
      clock: { now: () => nowMs, advance: () => {}, at: () => () => {}, close: () => {} },
    });
    const statuses: number[] = [];
    for (let index = 0; index < 101; index++)
      statuses.push((await ask(`${base}/tables/${place.table}`)).status);
    expect(statuses).toEqual([...Array.from({ length: 100 }, () => 200), 403]);
    expect(double.log.at(-1)).toMatchObject({ reason: "rateLimitExceeded" });
    expect((await ask(`${base}/tables`)).status).toBe(200);
    nowMs += 1_000;
    expect((await ask(`${base}/tables/${place.table}`)).status).toBe(200);
  });

  test("stop at so many at once", async () => {
    const { double, ask } = await open({ limits: { perSecond: 100, atOnce: 2 } });
    const leave = double.limits.enter("somebody", "bigquery.tables.get");
    double.limits.enter("somebody", "bigquery.tables.list");
    expect((await ask(`${base}/tables/${place.table}`)).status).toBe(403);
    leave();
    expect((await ask(`${base}/tables/${place.table}`)).status).toBe(200);
    expect(double.limits.peak).toBe(2);
  });
});

test("Google's own client reads it", async () => {
  const { double, token } = await open();
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: token, expiry_date: Date.now() + 3_600_000 });
  const client = new BigQuery({ projectId: "shop-prod", apiEndpoint: double.endpoint, authClient });
  const dataset = client.dataset("analytics_1");
  expect((await dataset.getMetadata())[0]).toMatchObject({ location: "EU" });
  expect((await dataset.getTables())[0].map(({ id }) => id)).toEqual([place.table]);
  expect((await dataset.table(place.table).getMetadata())[0]).toMatchObject({
    numRows: "9218924040658817653",
  });
});

describe("rights that somebody asks about", () => {
  const permissions = ["bigquery.tables.get", "bigquery.tables.export"];
  const post = (endpoint: string, token: string, table: string) =>
    fetch(`${endpoint}${base}/tables/${table}:testIamPermissions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ permissions }),
    });

  test("of a table are those that they have, and none of one that is not there", async () => {
    const { double, token } = await open();
    const ask = async (table: string) => (await post(double.endpoint, token, table)).json();
    expect(await ask(place.table)).toEqual({ permissions });
    expect(await ask("events_20261121")).toEqual({});
    double.world.denied.add("bigquery.tables.export shop-prod:analytics_1");
    expect(await ask(place.table)).toEqual({ permissions: ["bigquery.tables.get"] });
  });

  test("of a bucket are answered without any right on it; a bucket that is not there is an error", async () => {
    const { double } = await open();
    const storage = "https://www.googleapis.com/auth/cloud-platform";
    const { token } = double.tokens.issue("somebody", [storage], 3_600_000);
    double.world.buckets.set("shop-extracts", { location: "EU", objects: new Map() });
    double.world.denied.add("storage.objects.delete").add("storage.buckets.get");
    const path = "iam/testPermissions?permissions=storage.objects.get&permissions=storage.objects.delete";
    const ask = (bucket: string) =>
      fetch(`${double.endpoint}/storage/v1/b/${bucket}/${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
    expect(await (await ask("shop-extracts")).json()).toEqual({
      kind: "storage#testIamPermissionsResponse",
      permissions: ["storage.objects.get"],
    });
    expect((await ask("another")).status).toBe(404);
  });
});

test("a dry run is checked, takes the right to start jobs, and leaves none; another query is not modelled", async () => {
  const { double, token } = await open();
  const insert = (query: string, dryRun: boolean) =>
    fetch(`${double.endpoint}/bigquery/v2/projects/shop-prod/jobs`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ configuration: { query: { query }, dryRun } }),
    });
  expect(await (await insert("SELECT 1", true)).json()).toMatchObject({
    status: { state: "DONE" },
    configuration: { jobType: "QUERY", dryRun: true },
  });
  expect(double.world.jobs.size).toBe(0);
  expect([(await insert("SELECT 1", false)).status, (await insert("SELECT 2", true)).status]).toEqual([
    400, 400,
  ]);
  double.world.denied.add("bigquery.jobs.create");
  expect((await insert("SELECT 1", true)).status).toBe(403);
});
