import type { Clock } from "../../../../ports.ts";
import { readApiFault } from "../../api-error.ts";
import type { AskBigQuery } from "../../client.ts";
import type { Doing } from "../../known-errors.ts";
import type { TablePlace } from "../../names.ts";
import type { Again } from "../transport.ts";
import type { JobFault } from "./job-errors.ts";

const firstPollMs = 1_000;
const lastPollMs = 15_000;

export interface ExtractJob {
  ask: AskBigQuery;
  again: Again;
  clock: Clock;
  signal: AbortSignal;
  doing: Doing;
  id: string;
  /** Where the dataset lies; jobs are looked for there. */
  location: string;
  source: TablePlace;
  /** `gs://bucket/prefix/part-*.parquet` */
  destination: string;
}

/** `joined`: somebody started it before. `principal`: whoever did; it reads and writes as them. */
export type JobEnd = { joined: boolean } & (
  | { files: number }
  | { fault: JobFault; principal: string | null }
);

interface JobAnswer {
  user_email?: string | null;
  status?: { state?: string; errorResult?: { reason?: string; message?: string } };
  statistics?: { extract?: { destinationUriFileCounts?: (string | number)[] } };
}

/** Starts the job, or joins it where it was started before, and waits for its end. */
export async function runExtractJob(job: ExtractJob): Promise<JobEnd> {
  job.signal.throwIfAborted();
  const joined = await job.again(() => startJob(job));
  for (let waitMs = firstPollMs; ; waitMs = Math.min(2 * waitMs, lastPollMs)) {
    const answer = await job.again(() => readJob(job));
    if (answer.status?.state === "DONE") return { joined, ...readEnd(answer) };
    await job.clock.sleep(waitMs, job.signal);
    job.signal.throwIfAborted();
  }
}

/** @returns whether it was there already; so it is, too, where a first answer was lost */
function startJob({ ask, doing, id: jobId, location, source, destination }: ExtractJob): Promise<boolean> {
  const { project: projectId, dataset: datasetId, table: tableId } = source;
  const extract = {
    sourceTable: { projectId, datasetId, tableId },
    destinationUris: [destination],
    destinationFormat: "PARQUET",
    compression: "ZSTD",
  };
  return ask({ ...doing, permission: "bigquery.jobs.create" }, async (client) => {
    try {
      await client.createJob({ jobId, location, configuration: { extract } });
      return false;
    } catch (error) {
      if (readApiFault(error)?.status === 409) return true;
      throw error;
    }
  });
}

function readJob({ ask, doing, id, location }: ExtractJob): Promise<JobAnswer> {
  return ask({ ...doing, permission: "bigquery.jobs.get" }, async (client) => {
    const [answer] = await client.job(id, { location }).getMetadata();
    return answer as JobAnswer;
  });
}

function readEnd({ status, statistics, user_email: principal = null }: JobAnswer) {
  const { errorResult } = status ?? {};
  if (errorResult !== undefined) {
    const { reason = "unknown", message = "" } = errorResult;
    return { fault: { reason, message }, principal };
  }
  return { files: Number(statistics?.extract?.destinationUriFileCounts?.[0] ?? Number.NaN) };
}
