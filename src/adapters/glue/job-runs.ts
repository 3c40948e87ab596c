import type { BatchStopJobRunError } from "@aws-sdk/client-glue";
import { ShardliftError } from "../../errors.ts";
import type { JobRun, JobRuns, JobStart } from "../../ports.ts";
import { createGlueApi, type GlueApi } from "./api.ts";
import { buildStart } from "./build-start.ts";
import { isMissing, isThrottled } from "./errors.ts";
import { explainRun } from "./explain-run.ts";
import { buildJobRun } from "./job-run.ts";
import { buildJobName, type GlueOptions } from "./options.ts";
import { requireJob } from "./require-job.ts";
import type { PushedScript } from "./require-script.ts";

/** The script that runs must run: a job with another one is not started. */
export type GlueJobRunsOptions = GlueOptions & PushedScript;

const pageSize = 100;

/** Runs of one pipeline's Glue job (docs/aws.md). */
export function createGlueJobRuns(options: GlueJobRunsOptions): JobRuns {
  const api = createGlueApi(options);
  const job = buildJobName(options);
  return {
    location: `Glue job ${job} in ${options.engine.region}`,
    start: (start) => startRun(api, options, start),
    list: () => listRuns(api, options),
    read: (id) => readRun(api, options, id),
    stop: (id) => stopRun(api, job, id),
    explain: (run) => explainRun(api, options, run),
  };
}

async function startRun(api: GlueApi, options: GlueJobRunsOptions, start: JobStart): Promise<string> {
  await requireJob(api, options);
  const doing = { failed: "No run could be started.", action: "glue:StartJobRun" };
  const storeNowMs = await options.store.now();
  try {
    const request = buildStart(options, start, { nowMs: options.clock.now(), storeNowMs });
    const { JobRunId } = await api.glue(doing, (glue) => glue.startJobRun(request));
    return JobRunId!;
  } catch (error) {
    if (!isThrottled(error)) throw error;
    // Throttled is refused: nothing was begun, for certain.
    throw new ShardliftError("not-ready", (error as ShardliftError).parts, { retryable: true, cause: error });
  }
}

async function* listRuns(api: GlueApi, options: GlueOptions): AsyncGenerator<JobRun> {
  const doing = { failed: "The runs of the job could not be listed.", action: "glue:GetJobRuns" };
  const JobName = buildJobName(options);
  let token: string | undefined;
  do {
    const page = { JobName, MaxResults: pageSize, ...(token === undefined ? {} : { NextToken: token }) };
    const { JobRuns: told = [], NextToken } = await api.glue(doing, (glue) => glue.getJobRuns(page));
    const runs = told.map((one) => buildJobRun(one, options.clock.now())).filter((run) => run !== null);
    // Glue promises no order within a page.
    yield* runs.sort((a, b) => b.startedAtMs - a.startedAtMs);
    token = NextToken;
  } while (token);
}

async function readRun(api: GlueApi, options: GlueOptions, id: string): Promise<JobRun | null> {
  const doing = { failed: `The state of the run ${id} could not be read.`, action: "glue:GetJobRun" };
  const JobName = buildJobName(options);
  try {
    const { JobRun: told } = await api.glue(doing, (glue) => glue.getJobRun({ JobName, RunId: id }));
    return told === undefined ? null : buildJobRun(told, options.clock.now());
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const gone = { failed: `The job is gone, and its run ${id} with it.`, action: "glue:GetJob" };
  await api.glue(gone, (glue) => glue.getJob({ JobName }));
  return null;
}

/** Items that have ended or are not known are no errors. */
async function stopRun(api: GlueApi, job: string, id: string): Promise<void> {
  const doing = { failed: `The run ${id} could not be stopped.`, action: "glue:BatchStopJobRun" };
  try {
    const request = { JobName: job, JobRunIds: [id] };
    const { Errors = [] } = await api.glue(doing, (glue) => glue.batchStopJobRun(request));
    for (const fault of Errors) refuseStop(doing.failed, job, fault);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

const harmless = [
  "EntityNotFoundException",
  "JobRunInvalidStateTransitionException",
  "InvalidInputException",
];

function refuseStop(failed: string, job: string, { ErrorDetail: detail }: BatchStopJobRunError): void {
  if (harmless.includes(detail?.ErrorCode ?? "")) return;
  throw new ShardliftError(
    "outside",
    {
      failed,
      rule: "a run that is on can be stopped by whoever may stop runs of its job",
      received: `${detail?.ErrorMessage ?? "no message"} (${detail?.ErrorCode ?? "no code"})`,
      remedy: `stop it in the console of Glue (job ${job}); its timeout ends it in any case`,
    },
    { retryable: true },
  );
}
