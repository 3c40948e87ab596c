import { expect, onTestFinished, test } from "vitest";
import { examineBigQuery } from "../../../../src/adapters/bigquery/examine/examine.ts";
import type { BigQuerySource } from "../../../../src/config/types.ts";
import { addDataset, changeTable, putTable } from "../../../doubles/bigquery/change-world.ts";
import type { BigQueryDouble } from "../../../doubles/bigquery/double.ts";
import { startReadDouble } from "../../../doubles/bigquery/read/read-double.ts";
import {
  account,
  buildOptions,
  createTables,
  dataset,
  federation,
  machineClock,
  project,
  startDouble,
} from "../bigquery-world.ts";

type Changes = Parameters<typeof buildOptions>[1];

const bucket = "shop-prod-extracts";
const byExtract: Partial<BigQuerySource> = { extracts: { bucket, prefix: "shardlift" } };
const newest = { project, dataset, table: "events_intraday_20261120" };

/** Lines as `step ok: detail`. */
async function examine(double: BigQueryDouble, changes: Changes = {}): Promise<string[]> {
  const steps: string[] = [];
  for await (const { step, ok, detail, code } of examineBigQuery(buildOptions(double, changes), dataset))
    steps.push(`${step} ${ok ? "ok" : (code ?? "skipped")}: ${detail}`);
  return steps;
}

const failures = (steps: readonly string[]) => steps.filter((step) => !/^\w+ ok:/.test(step));

function write({ world }: BigQueryDouble, ...tables: string[]): void {
  const content = { files: [], schema: [{ name: "a", type: "STRING" }], rows: 5n, bytes: 500n };
  for (const table of tables) putTable(world, { project, dataset, table }, content);
}

/** A dataset with three shards and a bucket beside it. */
async function openShop(): Promise<BigQueryDouble> {
  const double = await startDouble();
  write(double, "events_20261119", "pseudonymous_users_20261101", newest.table, "zz_notes");
  double.world.buckets.set(bucket, { location: "EU", objects: new Map() });
  return double;
}

/** The same, read without a bucket. */
async function openSessions() {
  const double = await startDouble();
  const tables = await createTables(double);
  await tables.write(newest.table, [{ name: "a", type: "STRING", mode: "NULLABLE" }], [{ a: "b" }]);
  const read = await startReadDouble(double.world, double.tokens);
  onTestFinished(() => read.close());
  return { double, read, changes: { config: { readEndpoint: read.endpoint } } };
}

const listed = "list ok: shop-prod.analytics_1 can be listed (bigquery.tables.list): 4 tables";
const seen =
  "get ok: tables can be looked at (bigquery.tables.get): events_intraday_20261120 in EU, 5 rows, 500 bytes";

test("tries what extract jobs need, on the newest shard, and runs and writes nothing", async () => {
  const double = await openShop();
  expect(await examine(double, { config: { ...federation, ...byExtract } })).toEqual([
    expect.stringMatching(
      /^google ok: signed in as this machine's AWS role, that is principalSet:\/\/iam\.googleapis\.com\/projects\/123456789012\/locations\/global\/workloadIdentityPools\/aws\/attribute\.aws_role\/<ARN of the AWS role>, billed to shop-prod$/,
    ),
    listed,
    seen,
    "export ok: tables can be extracted by shop-prod (bigquery.tables.export)",
    "jobs ok: jobs can be started in shop-prod, EU (bigquery.jobs.create): a dry run was taken, nothing ran",
    "bucket ok: gs://shop-prod-extracts: objects can be made, listed, read and removed; it lies in EU, the dataset in EU",
  ]);
  expect(double.count()).toEqual({
    "sts.token": 2,
    "bigquery.tables.list": 1,
    "bigquery.tables.get": 1,
    "bigquery.tables.testIamPermissions": 1,
    "bigquery.jobs.insert": 1,
    "storage.buckets.testIamPermissions": 1,
    "storage.objects.list": 1,
    "storage.buckets.get": 1,
  });
  expect([double.world.jobs.size, double.world.buckets.get(bucket)!.objects.size]).toEqual([0, 0]);
});

test("looks into the project that holds the dataset, and starts jobs in the one that is billed", async () => {
  const double = await openShop();
  addDataset(double.world, { project: "shop-data", dataset });
  const content = { files: [], schema: [{ name: "a", type: "STRING" }], rows: 5n, bytes: 500n };
  putTable(double.world, { project: "shop-data", dataset, table: "events_20261120" }, content);
  double.world.denied.add("bigquery.tables.export shop-prod:analytics_1");
  expect(failures(await examine(double, { project: "shop-data", config: byExtract }))).toEqual([]);
  const pathOf = (method: string) => double.log.find((entry) => entry.method === method)?.path;
  expect(pathOf("bigquery.tables.testIamPermissions")).toContain("/projects/shop-data/datasets/");
  expect(pathOf("bigquery.jobs.insert")).toContain("/projects/shop-prod/jobs");
});

test("tries a session where rows come without a bucket, and reads nothing from it", async () => {
  const { double, read, changes } = await openSessions();
  const steps = await examine(double, changes);
  expect(steps.slice(3)).toEqual([
    "session ok: a session to read events_intraday_20261120 can be made in shop-prod (bigquery.readsessions.create, bigquery.tables.getData); nothing was read",
  ]);
  expect(steps[0]).toContain(`with the key of source.private_key, that is ${account}, billed to shop-prod`);
  expect(read.log.map(({ method }) => method)).toEqual(["CreateReadSession"]);
});

test("says that an empty dataset can be looked at, and that the rest takes a table", async () => {
  const double = await startDouble();
  expect((await examine(double, { config: byExtract })).slice(2)).toEqual([
    "get ok: tables can be looked at (bigquery.tables.get): no table there",
    "export skipped: not tried: it takes a table to try it on, and there is none",
    "jobs skipped: not tried: it takes a table to try it on, and there is none",
    "bucket skipped: not tried: it takes a table to try it on, and there is none",
  ]);
});

test("names each permission that is missing with role, place and who lacks it, and goes on", async () => {
  const double = await openShop();
  double.world.denied.add("bigquery.tables.list");
  const [signIn, list, ...more] = await examine(double, { config: byExtract });
  expect(signIn).toMatch(/^google ok/);
  expect(list).toMatch(
    /^list config: The tables .*needs the permission bigquery\.tables\.list\n.*grant shardlift@shop-prod\.iam\.gserviceaccount\.com "BigQuery Data Viewer"/s,
  );
  expect(more).toEqual(
    ["get", "export", "jobs", "bucket"].map((step) => `${step} skipped: not tried: list failed`),
  );
});

test("calls nothing seen where the API is off", async () => {
  const double = await openShop();
  const message = "BigQuery API has not been used in project 1234 before or it is disabled.";
  const off = { do: "answer", status: 403, reason: "accessNotConfigured", message } as const;
  double.faults.add({ ...off, method: "bigquery.tables.list" });
  const [, list, ...more] = await examine(double);
  expect(list).toMatch(/^list config: .*gcloud services enable bigquery\.googleapis\.com/s);
  expect(more).toEqual(["get", "session"].map((step) => `${step} skipped: not tried: list failed`));
});

test("says of each step that it stands on the tables that could not be looked at", async () => {
  const double = await openShop();
  double.world.denied.add("bigquery.tables.get");
  const [, list, get, ...more] = await examine(double);
  expect(list).toBe(listed);
  expect(get).toMatch(/^get config: The table .*needs the permission bigquery\.tables\.get\n/s);
  expect(more).toEqual(["session skipped: not tried: get failed"]);
  const elsewhere = await examine(double, { config: { ...byExtract, location: "US" } });
  expect(elsewhere.slice(3)).toEqual(
    ["export", "jobs", "bucket"].map((step) => `${step} skipped: not tried: get failed`),
  );
});

test("names the project that is billed where it is that one that is wrong", async () => {
  const { double, changes } = await openSessions();
  const wrong = { project, config: { ...changes.config, project: "shop-prd" } };
  const bySession = failures(await examine(double, wrong));
  const byJob = failures(await examine(double, { project, config: { ...byExtract, project: "shop-prd" } }));
  expect(bySession).toHaveLength(1);
  for (const failed of [bySession[0], byJob[0]]) {
    expect(failed).toMatch(/^(session|jobs) config: .*the project shop-prd exists and has BigQuery\n/s);
    expect(failed).toContain(
      "correct source.project in the environment, which is the project that is billed",
    );
  }
});

const viewer =
  /grant shardlift@\S+ "BigQuery Data Viewer" \(roles\/bigquery\.dataViewer\) on the dataset: in the console, BigQuery > shop-prod > analytics_1 > Share/;
const jobUser =
  /grant shardlift@\S+ "BigQuery Job User" \(roles\/bigquery\.jobUser\) on the project shop-prod: in the console, IAM & Admin > IAM/;
const objectAdmin =
  /grant shardlift@\S+ "Storage Object Admin" \(roles\/storage\.objectAdmin\) on the bucket of source\.extracts: in the console, Cloud Storage > Buckets/;

test.each([
  ["export", "bigquery.tables.export", viewer],
  ["jobs", "bigquery.jobs.create", jobUser],
  ["bucket", "storage.objects.create", objectAdmin],
  ["bucket", "storage.objects.delete", objectAdmin],
])("%s fails alone without %s", async (step, permission, remedy) => {
  const double = await openShop();
  double.world.denied.add(permission);
  const [failed = "", ...more] = failures(await examine(double, { config: byExtract }));
  expect(more).toEqual([]);
  expect(failed).toMatch(new RegExp(`^${step} config: `));
  expect(failed).toContain(permission);
  expect(failed).toMatch(remedy);
  expect(failed).not.toMatch(/has not\n/);
});

test("names every right on the bucket that is missing at once", async () => {
  const double = await openShop();
  double.world.denied.add("storage.objects.create").add("storage.objects.get");
  expect(failures(await examine(double, { config: byExtract })).join()).toContain(
    "this needs the permissions storage.objects.create, storage.objects.get",
  );
});

test("says where to compare where the account may not see where the bucket lies", async () => {
  const double = await openShop();
  double.world.denied.add("storage.buckets.get");
  expect((await examine(double, { config: byExtract })).at(-1)).toMatch(
    /^bucket ok: .*not shown \(storage\.buckets\.get\): compare it with EU in the console, Cloud Storage > Buckets$/,
  );
});

test("refuses a bucket that lies elsewhere, or is not there", async () => {
  const double = await openShop();
  double.world.buckets.get(bucket)!.location = "us-east1";
  expect(failures(await examine(double, { config: byExtract })).join()).toMatch(
    /^bucket config: Rows cannot be extracted to gs:\/\/shop-prod-extracts\..*a bucket in US-EAST1, a dataset in EU\n/s,
  );
  double.world.buckets.clear();
  expect(failures(await examine(double, { config: byExtract })).join()).toMatch(
    /^bucket config: .*the bucket of source\.extracts exists\n.*console, Cloud Storage > Buckets > Create/s,
  );
});

test.each(["bigquery.readsessions.create", "bigquery.tables.getData"])(
  "a session fails without %s",
  async (permission) => {
    const { double, changes } = await openSessions();
    double.world.denied.add(permission);
    const failed = failures(await examine(double, changes)).join();
    expect(failed).toMatch(new RegExp(`^session config: .*needs the permission ${permission}`, "s"));
    expect(failed).toContain(`grant ${account} "BigQuery`);
  },
);

test("a clock that is ahead of Google's is told as that", async () => {
  const { double, changes } = await openSessions();
  const clock = { ...machineClock, now: () => Date.now() + 3_600_000 };
  expect(failures(await examine(double, { ...changes, clock })).join()).toMatch(
    /^session config: .*this machine's clock is ahead\n.*timedatectl/s,
  );
});

test("a dataset elsewhere than source.location says, and a view in a shard's place, are told", async () => {
  const double = await openShop();
  const elsewhere = await examine(double, { config: { ...byExtract, location: "US" } });
  expect(failures(elsewhere)[0]).toMatch(/^get config: .*lies in EU\./s);
  changeTable(double.world, newest, { type: "VIEW" });
  expect(failures(await examine(double, { config: byExtract }))[0]).toMatch(/^get data: .*type VIEW/s);
});

test("a daily shard that is still streamed into is no fault of set-up", async () => {
  const double = await startDouble();
  write(double, "events_20261120");
  double.world.buckets.set(bucket, { location: "EU", objects: new Map() });
  const streaming = { rows: 1n, bytes: 1n, oldestMs: 0 };
  changeTable(double.world, { ...newest, table: "events_20261120" }, { streaming });
  expect(failures(await examine(double, { config: byExtract }))).toEqual([]);
});

test("tries nothing after a sign-in that failed, and says so of each step", async () => {
  const double = await openShop();
  double.accounts.get(account)!.publicKeys.clear();
  const [signIn, ...rest] = await examine(double, { config: byExtract });
  expect(signIn).toMatch(/^google config: Signing in to Google with the key of source\.private_key failed\./);
  expect(rest).toEqual(
    ["list", "get", "export", "jobs", "bucket"].map((step) => `${step} skipped: not tried: sign-in failed`),
  );
  expect(double.count()).toEqual({ "oauth2.token": 1 });
});
