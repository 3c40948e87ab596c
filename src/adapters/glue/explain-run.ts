import type { JobRun, RunExplanation } from "../../ports.ts";
import type { GlueApi } from "./api.ts";
import { buildJobName, type GlueOptions } from "./options.ts";
import { readLastLines } from "./read-log.ts";

interface Cause {
  /** Of message and last lines of the log. */
  sign: RegExp;
  remedy: (options: GlueOptions) => string;
}

/** Why runs fail, by the words that Glue, Spark and Python have for it; the first that fits counts. */
const causes: readonly Cause[] = [
  {
    sign: /OUT_OF_MEMORY|OutOfMemory|out of memory|exit code (is )?137|beyond physical memory limits|MemoryError/i,
    remedy: ({ engine }) =>
      `give its tasks more memory: engine.worker_type above ${engine.workerType}, a higher task_memory, or fewer days_per_run (${engine.daysPerRun} now)`,
  },
  {
    sign: /lost\*? node|ExecutorLostFailure|node (was )?(lost|terminated)|lost heartbeat|heartbeat timed out/i,
    remedy: () =>
      "run again: a worker went away in the middle, which nothing in the days or rules is to blame for; where it happens again and again, read what its executors say",
  },
  {
    sign: /LAUNCH ERROR|ModuleNotFoundError|No module named|Could not find a version|No matching distribution/i,
    remedy: () =>
      "the script or a module of it is missing: run `shardlift push-script` and `shardlift ensure-job`, and look whether somebody removed objects under `_scripts/`",
  },
  {
    sign: /KMS|kms:/,
    remedy: ({ lake, engine }) =>
      `allow kms:Decrypt and kms:GenerateDataKey on ${lake.kmsKey ?? "the bucket's key"} to ${engine.role}, in its policy and in the key's`,
  },
  {
    sign: /AccessDenied|Access Denied|not authorized|status code:? 403|Forbidden/i,
    remedy: ({ engine, lake }) =>
      `allow ${engine.role} what the message names: read the source and \`_scripts/\`, write into ${lake.bucket} (docs/aws.md has its policy); a bucket policy may forbid it too`,
  },
  {
    sign: /NoSuchBucket|bucket does not exist/i,
    remedy: ({ lake }) =>
      `look whether the bucket ${lake.bucket} and the source's are there, in ${lake.region}`,
  },
  {
    sign: /waited in Glue's queue/,
    remedy: () => "run again later, or raise the account's quota of Glue: it had no room for the run",
  },
  {
    sign: /ExpiredToken/,
    remedy: () => "run again; a run has credentials of its own, and Glue renews them",
  },
  {
    sign: /No space left on device/i,
    remedy: ({ engine }) =>
      `engine.worker_type above ${engine.workerType} has more disk; or fewer days_per_run`,
  },
];

const lastStateRemedies: Partial<Record<JobRun["state"], (options: GlueOptions) => string>> = {
  "timed out": ({ engine }) =>
    `more workers (engine.workers.max, ${engine.workers.max} now), fewer days_per_run (${engine.daysPerRun} now), or a higher engine.timeout`,
};

/** What log and message of a run that did not succeed come to. Never rejects: a log that cannot be read has no lines. */
export async function explainRun(api: GlueApi, options: GlueOptions, run: JobRun): Promise<RunExplanation> {
  const lines = await readLastLines(api, run.id);
  const text = [run.message ?? "", ...lines].join("\n");
  const cause = causes.find(({ sign }) => sign.test(text));
  const remedy = cause?.remedy ?? lastStateRemedies[run.state];
  const place = `CloudWatch Logs, /aws-glue/jobs/output and /aws-glue/jobs/error, streams ${run.id}, in ${options.engine.region}`;
  return {
    lines,
    place,
    remedy:
      remedy?.(options) ?? `read its log and the run in the console of Glue (job ${buildJobName(options)})`,
  };
}
