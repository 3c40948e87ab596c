import type { ApiErrorProto, ApiExtract, ApiJob } from "../api-types.ts";
import { ApiFault, missDataset, missTable } from "../errors.ts";
import type { ApiAnswer, ApiRequest, Route } from "../route.ts";
import { type BigQueryWorld, buildEtag, findDataset, type TableState } from "../world.ts";
import { isGranted, requirePermission, requireProject } from "./access.ts";
import { runExtract } from "./extract.ts";

const base = "^/bigquery/v2/projects/(?<project>[^/]+)/jobs";

/** Extract jobs alone, and dry runs of queries: whoever queries or loads is refused. */
export function createJobRoutes(world: BigQueryWorld): Route[] {
  return [
    {
      name: "bigquery.jobs.insert",
      verb: "POST",
      path: new RegExp(`${base}/?$`),
      answer: (request) => insertJob(world, request),
    },
    {
      name: "bigquery.jobs.get",
      verb: "GET",
      path: new RegExp(`${base}/(?<job>[^/]+)$`),
      answer: (request) => getJob(world, request),
    },
  ];
}

async function insertJob(world: BigQueryWorld, { params, body, principal }: ApiRequest): Promise<ApiAnswer> {
  const { project = "" } = params;
  requireProject(world, project);
  requirePermission(world, "bigquery.jobs.create", `Project ${project}`);
  const asked = JSON.parse(body.toString()) as ApiJob;
  const { extract, query, dryRun } = asked.configuration ?? {};
  if (query !== undefined && dryRun === true) return answerDryRun(world, asked, project);
  if (extract === undefined)
    throw new ApiFault(400, "invalid", "Required parameter is missing: configuration.extract");
  const source = findSource(world, extract, asked.jobReference?.location);
  const jobId = asked.jobReference?.jobId ?? `job_${world.jobs.size}`;
  const key = `${project}:${source.location}.${jobId}`;
  if (world.jobs.has(key)) throw new ApiFault(409, "duplicate", `Already Exists: Job ${key}`);
  const fate = takeFate(world, source.table.id);
  if (fate?.at === "insert")
    throw new ApiFault(400, fate.error.reason ?? "invalid", fate.error.message ?? "");
  const job: ApiJob = {
    kind: "bigquery#job",
    id: key,
    user_email: principal,
    jobReference: { projectId: project, jobId, location: source.location },
    configuration: { jobType: "EXTRACT", extract },
    status: { state: "RUNNING" },
    statistics: { creationTime: String(world.clock.now()), startTime: String(world.clock.now()) },
  };
  world.jobs.set(key, { job, doneAtMs: world.clock.now() + world.jobMs });
  await work(world, job, source, extract, fate?.error ?? null);
  // Whatever becomes of it, an accepted job runs at first.
  return { json: { ...renderJob(world, key), status: { state: "RUNNING" } } };
}

/** Looked at and not run: there is no such job afterwards. */
function answerDryRun(
  world: BigQueryWorld,
  { configuration, jobReference }: ApiJob,
  projectId: string,
): ApiAnswer {
  if (configuration?.query?.query !== "SELECT 1")
    throw new ApiFault(400, "invalidQuery", `not modelled: ${configuration?.query?.query}`);
  const creationTime = String(world.clock.now());
  const json: ApiJob = {
    kind: "bigquery#job",
    configuration: { ...configuration, jobType: "QUERY" },
    jobReference: { ...jobReference, projectId },
    status: { state: "DONE" },
    statistics: {
      creationTime,
      totalBytesProcessed: "0",
      query: { totalBytesProcessed: "0", cacheHit: false },
    },
  };
  return { json };
}

interface Source {
  table: TableState;
  location: string;
}

/** A job looks for its table in its own location only. */
function findSource(world: BigQueryWorld, { sourceTable }: ApiExtract, location: string | undefined): Source {
  const { projectId = "", datasetId = "", tableId = "" } = sourceTable ?? {};
  const dataset = findDataset(world, projectId, datasetId);
  if (location !== undefined && location.toLowerCase() !== dataset.location.toLowerCase()) {
    const { message } = missDataset(projectId, datasetId);
    throw new ApiFault(404, "notFound", `${message} was not found in location ${location}`);
  }
  requirePermission(world, "bigquery.tables.export", `Table ${projectId}:${datasetId}.${tableId}`);
  const table = dataset.tables.get(tableId);
  if (table === undefined) throw missTable(projectId, datasetId, tableId);
  return { table, location: dataset.location };
}

function takeFate(world: BigQueryWorld, table: string) {
  const fate = world.fates.find((candidate) => candidate.times > 0 && candidate.table.test(table));
  if (fate !== undefined) fate.times -= 1;
  return fate ?? null;
}

/** Everything is done at once; who asks before the job's time is over is told that it runs. */
async function work(
  world: BigQueryWorld,
  job: ApiJob,
  { table, location }: Source,
  extract: ApiExtract,
  fate: ApiErrorProto | null,
): Promise<void> {
  const refusal = fate ?? findRefusal(world, table, location, extract);
  if (refusal !== null) {
    job.status = { ...job.status, errorResult: refusal, errors: [refusal] };
    return;
  }
  const files = await runExtract(world, table, extract);
  const counts = { destinationUriFileCounts: [String(files)], inputBytes: String(table.bytes) };
  job.statistics = { ...job.statistics, extract: counts };
}

function findRefusal(
  world: BigQueryWorld,
  table: TableState,
  location: string,
  { destinationFormat = "CSV", compression = "NONE", destinationUris = [] }: ApiExtract,
): ApiErrorProto | null {
  const invalid = (message: string): ApiErrorProto => ({ reason: "invalid", message });
  if (table.type !== "TABLE")
    return invalid(`${table.id} is not allowed for this operation because it is currently a ${table.type}.`);
  if (destinationFormat !== "PARQUET") return invalid(`not modelled: destinationFormat ${destinationFormat}`);
  if (!["NONE", "SNAPPY", "GZIP", "ZSTD"].includes(compression))
    return invalid(`Invalid value for compression: ${compression} is not a valid value`);
  const [uri = ""] = destinationUris;
  const [, bucket = "", path = ""] = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (destinationUris.length !== 1 || path === "") return invalid(`Invalid destination URI ${uri}`);
  const target = world.buckets.get(bucket);
  if (target === undefined) return { reason: "notFound", message: `Not found: URI ${uri}` };
  if (!isGranted(world, "storage.objects.create", bucket)) {
    return {
      reason: "accessDenied",
      message: "Access Denied: BigQuery BigQuery: Permission denied while writing data.",
    };
  }
  if (!lieTogether(location, target.location)) {
    const places = `source: ${location}, destination: ${target.location}`;
    return invalid(`Cannot read and write in different locations: ${places}`);
  }
  if (table.rows > BigInt(world.rowsPerFile) && !path.includes("*"))
    return invalid(
      `Table ${table.id} too large to be exported to a single file. Specify a uri including a * to shard export.`,
    );
  return null;
}

/** A dataset of a multi-region goes to buckets of it and of its regions; one of US goes anywhere. */
function lieTogether(dataset: string, bucket: string): boolean {
  const [from, to] = [dataset.toLowerCase(), bucket.toLowerCase()];
  return from === to || from === "us" || (from === "eu" && to.startsWith("europe-"));
}

/** Where a job is not of US or EU its location has to be named. */
function getJob(world: BigQueryWorld, { params, query }: ApiRequest): ApiAnswer {
  const { project = "", job: jobId = "" } = params;
  const location = query.get("location");
  const places = location === null ? ["US", "EU"] : [location];
  const key = [...world.jobs.keys()].find((candidate) =>
    places.some((place) => candidate.toLowerCase() === `${project}:${place}.${jobId}`.toLowerCase()),
  );
  if (key === undefined) throw new ApiFault(404, "notFound", `Not found: Job ${project}:${jobId}`);
  return { json: renderJob(world, key) };
}

function renderJob(world: BigQueryWorld, key: string): ApiJob {
  const { job, doneAtMs } = world.jobs.get(key)!;
  const etag = buildEtag(key, String(world.clock.now() >= doneAtMs));
  const state = world.clock.now() >= doneAtMs ? "DONE" : "RUNNING";
  if (state === "RUNNING") return { ...job, etag, status: { state } };
  const statistics = { ...job.statistics, endTime: String(doneAtMs) };
  return { ...job, etag, status: { ...job.status, state }, statistics };
}
