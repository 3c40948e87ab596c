import { ShardliftError } from "../../../../errors.ts";
import { oneLine, readPermission } from "../../api-error.ts";
import type { Doing } from "../../known-errors.ts";
import { renderGrant } from "../../permissions.ts";

/** Why a job failed, as BigQuery says. */
export interface JobFault {
  reason: string;
  message: string;
}

interface Meaning {
  fits(fault: JobFault): boolean;
  is: "outside" | "config";
  /** Whether another job may go well. */
  retryable?: true;
  rule: string;
  remedy(doing: Doing, fault: JobFault): string;
}

/** First match counts. */
const meanings: readonly Meaning[] = [
  {
    fits: ({ reason }) => ["rateLimitExceeded", "quotaExceeded", "jobRateLimitExceeded"].includes(reason),
    is: "outside",
    retryable: true,
    rule: "a project extracts at most 50 TiB a day, and 100,000 times",
    remedy: ({ billed }) =>
      `run again later: nothing is half done; who uses the quota of ${billed} is told in the console, IAM & Admin > Quotas`,
  },
  {
    fits: ({ reason }) =>
      ["backendError", "internalError", "jobBackendError", "jobInternalError"].includes(reason),
    is: "outside",
    retryable: true,
    rule: "BigQuery ends the jobs that it takes",
    remedy: () => "run again: nothing is half done; https://status.cloud.google.com tells of outages",
  },
  {
    fits: ({ message }) => /different locations|not found in location|in location/i.test(message),
    is: "config",
    rule: "an extract goes to a bucket where the dataset lies: in its region, or in a region of EU for a dataset of EU",
    remedy: () => "name a bucket of the dataset's location as source.extracts, or none at all",
  },
  {
    fits: ({ reason, message }) => reason === "notFound" && /URI|bucket/i.test(message),
    is: "config",
    rule: "the bucket of source.extracts exists",
    remedy: () => "make the bucket, or correct source.extracts",
  },
  {
    fits: ({ reason }) => reason === "accessDenied",
    is: "config",
    rule: "an extract needs the right to write objects into the bucket",
    remedy: (doing, fault) =>
      renderGrant(
        readPermission({ status: 403, reason: null, message: fault.message }) ?? "storage.objects.create",
        doing,
      ),
  },
  {
    fits: ({ reason }) => reason === "stopped",
    is: "outside",
    retryable: true,
    rule: "nobody stops the job meanwhile",
    remedy: () => "ask who cancelled it: the console, BigQuery > Job history; then run again",
  },
];

/** @param doing `failed` names table and job */
export function buildJobError(fault: JobFault, doing: Doing): ShardliftError {
  const known = meanings.find(({ fits }) => fits(fault));
  const { failed } = doing;
  const received = `${oneLine(fault.message) || "no message"} (${fault.reason})`;
  if (known === undefined) {
    const remedy = "look the reason up in BigQuery's error table, then run again: nothing is half done";
    return new ShardliftError("outside", { failed, rule: "BigQuery extracts the table", received, remedy });
  }
  const { is, retryable = false, rule, remedy } = known;
  return new ShardliftError(is, { failed, rule, received, remedy: remedy(doing, fault) }, { retryable });
}

/** The table is another than the one that was opened: what comes of it belongs to no version that is known. */
export function buildMovedError(name: string): ShardliftError {
  return new ShardliftError(
    "outside",
    {
      failed: `${name} changed while it was read.`,
      rule: "a table stands still from the moment it is looked at until its rows are here",
      received: "another version of it",
      remedy: "run again when the table stands still",
    },
    { retryable: true },
  );
}
