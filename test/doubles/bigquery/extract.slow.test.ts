import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BigQuery, type Job } from "@google-cloud/bigquery";
import { Storage } from "@google-cloud/storage";
import { OAuth2Client } from "google-auth-library";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../../src/adapters/duckdb/database.ts";
import { generateShard } from "../../../src/adapters/duckdb/generator.ts";
import { day } from "../../support/builders.ts";
import { addDataset } from "./change-world.ts";
import { startBigQueryDouble } from "./double.ts";
import { loadFolder } from "./load-folder.ts";
import { crc32c } from "./rest/crc32c.ts";

const project = "shop-prod";
const dataset = "analytics_1";
const table = "events_20261120";

/** One generated shard of 90 rows, a bucket, and Google's own clients. */
async function open({ location = "EU", bucketLocation = "EU" } = {}) {
  const root = await mkdtemp(join(tmpdir(), "shardlift-double-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const shard = await generateShard(
    { family: "ga4_events", day: day("2026-11-20"), rows: 90, duplicates: 0, conflicts: 0 },
    { root, dataset },
  );
  const double = await startBigQueryDouble();
  onTestFinished(() => double.close());
  addDataset(double.world, { project, dataset, location });
  await loadFolder(double.world, { root, project, dataset });
  double.world.buckets.set("shop-extracts", { location: bucketLocation, objects: new Map() });
  const { token } = double.tokens.issue(
    "somebody",
    ["https://www.googleapis.com/auth/cloud-platform"],
    3_600_000,
  );
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: token, expiry_date: Date.now() + 3_600_000 });
  const about = { projectId: project, apiEndpoint: double.endpoint, authClient };
  // Without it this client sends no token to another address than Google's.
  const storage = new Storage({
    ...about,
    useAuthWithCustomEndpoint: true,
  } as unknown as ConstructorParameters<typeof Storage>[0]);
  const client = new BigQuery({ ...about, autoRetry: false });
  return { root, shard, double, client, storage, bucket: storage.bucket("shop-extracts") };
}

type Opened = Awaited<ReturnType<typeof open>>;

const uri = "gs://shop-extracts/run-1/*.parquet";

/** Starts an extract job, as a transport does. */
async function extract(
  { client }: Pick<Opened, "client">,
  changes: object = {},
  jobId = "job-1",
  location?: string,
) {
  const [job] = await client.createJob({
    jobId,
    ...(location === undefined ? {} : { location }),
    configuration: {
      extract: {
        sourceTable: { projectId: project, datasetId: dataset, tableId: table },
        destinationUris: [uri],
        destinationFormat: "PARQUET",
        compression: "ZSTD",
        ...changes,
      },
    },
  });
  return job;
}

const errorOf = async (job: Job) => (await job.getMetadata())[0].status?.errorResult;

test("an extract's files hold the table's rows, each once, in the order of the table", async () => {
  const opened = await open();
  const { double, bucket, root, shard } = opened;
  double.world.rowsPerFile = 40;
  const job = await extract(opened);
  const [metadata] = await job.getMetadata();
  expect(metadata.status).toEqual({ state: "DONE" });
  expect(metadata.statistics?.extract).toMatchObject({ destinationUriFileCounts: ["3"] });
  const [files] = await bucket.getFiles({ prefix: "run-1/" });
  expect(files.map(({ name }) => name)).toEqual([
    "run-1/000000000000.parquet",
    "run-1/000000000001.parquet",
    "run-1/000000000002.parquet",
  ]);
  const paths = files.map(({ name }) => join(root, name.replace("/", "-")));
  for (const [index, file] of files.entries()) await file.download({ destination: paths[index]! });
  expect(
    await differ(
      paths,
      shard.files.map(({ path }) => path),
    ),
  ).toEqual([{ rows: 90n, differing: 0n }]);
  for (const file of files) await file.delete();
  expect((await bucket.getFiles())[0]).toEqual([]);
});

async function differ(copies: string[], originals: string[]) {
  const database = await openDatabase({ threads: 1 });
  const read = (paths: string[]) =>
    `SELECT to_json(t)::VARCHAR AS row FROM read_parquet([${paths.map((path) => `'${path}'`)}]) t`;
  const rows = await database.rows(
    `SELECT (SELECT count(*) FROM (${read(copies)})) AS rows, count(*) AS differing
     FROM ((${read(copies)} EXCEPT ALL ${read(originals)}) UNION ALL (${read(originals)} EXCEPT ALL ${read(copies)}))`,
  );
  database.close();
  return rows;
}

test("a download that was changed on its way does not pass the client's checksum", async () => {
  const opened = await open();
  await extract(opened);
  const [[file]] = await opened.bucket.getFiles();
  const object = opened.double.world.buckets.get("shop-extracts")!.objects.get(file!.name)!;
  expect(crc32c(Buffer.from("123456789"))).toBe(Buffer.from("e3069283", "hex").toString("base64"));
  const path = join(opened.root, "copy");
  await file!.download({ destination: path });
  expect(await readFile(path)).toEqual(object.body);
  // Node warns here of eleven listeners on one stream of the package's, which grow with no request: ours uses none of those.
  opened.double.faults.add({ do: "cut body", afterBytes: 100, method: "storage.objects.get", path: /o\// });
  await expect(file!.download({ destination: join(opened.root, "cut") })).rejects.toThrow();
});

test("a range of an object is answered as such", async () => {
  const opened = await open();
  await extract(opened);
  const [[file]] = await opened.bucket.getFiles();
  const [magic] = await file!.download({ start: 0, end: 3, validation: false });
  expect(magic.toString()).toBe("PAR1");
});

test("a job runs as long as it was told to", async () => {
  const opened = await open();
  opened.double.world.jobMs = 60_000;
  const job = await extract(opened);
  expect((await job.getMetadata())[0].status).toEqual({ state: "RUNNING" });
  opened.double.clock.advance(60_000);
  expect((await job.getMetadata())[0].status).toEqual({ state: "DONE" });
});

test("a job's id is taken once: whoever retries finds the first one", async () => {
  const opened = await open();
  await extract(opened);
  await expect(extract(opened)).rejects.toMatchObject({
    code: 409,
    message: "Already Exists: Job shop-prod:EU.job-1",
    errors: [{ reason: "duplicate" }],
  });
});

test("one shard of several fails, and a retry of it does not", async () => {
  const opened = await open();
  const error = {
    reason: "backendError",
    message: "An internal error occurred and the request could not be completed.",
  };
  opened.double.world.fates.push({ table: /20261120$/, error, at: "run", times: 1 });
  expect(await errorOf(await extract(opened))).toEqual(error);
  expect(await errorOf(await extract(opened, {}, "job-2"))).toBeUndefined();
});

test("a bucket in another location is refused by the job, a job in another location by the API", async () => {
  const opened = await open({ location: "europe-west3", bucketLocation: "US" });
  expect(await errorOf(await extract(opened))).toEqual({
    reason: "invalid",
    message: "Cannot read and write in different locations: source: europe-west3, destination: US",
  });
  await expect(extract(opened, {}, "job-2", "US")).rejects.toMatchObject({ code: 404 });
  await expect(opened.client.job("job-1").getMetadata()).rejects.toMatchObject({ code: 404 });
  expect(
    (await opened.client.job("job-1", { location: "europe-west3" }).getMetadata())[0].status,
  ).toMatchObject({ state: "DONE" });
});

test.each<[string, object, RegExp]>([
  ["another format", { destinationFormat: "CSV" }, /not modelled/],
  ["a codec that Parquet has not", { compression: "DEFLATE" }, /Invalid value for compression/],
  ["a bucket that is not there", { destinationUris: ["gs://nothing/*.parquet"] }, /Not found: URI/],
  ["an address that is none", { destinationUris: ["s3://shop/x"] }, /Invalid destination URI/],
])("%s is refused", async (_what, changes, message) => {
  expect((await errorOf(await extract(await open(), changes)))?.message).toMatch(message);
});

test("one file is too small for a large table, and a query is no extract", async () => {
  const opened = await open();
  opened.double.world.rowsPerFile = 10;
  const single = { destinationUris: ["gs://shop-extracts/one.parquet"] };
  expect((await errorOf(await extract(opened, single)))?.message).toMatch(
    /too large to be exported to a single file/,
  );
  await expect(opened.client.createQueryJob("SELECT 1")).rejects.toThrow(/configuration\.extract/);
});

test.each([
  ["bigquery.jobs.create", "insert a job"],
  ["bigquery.tables.export", "take a table's rows"],
])("without %s nobody can %s", async (permission) => {
  const opened = await open();
  opened.double.world.denied.add(permission);
  await expect(extract(opened)).rejects.toMatchObject({
    code: 403,
    message: expect.stringContaining(permission),
  });
});
