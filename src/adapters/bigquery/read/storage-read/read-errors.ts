import { isShardliftError, ShardliftError } from "../../../../errors.ts";
import { oneLine, readPermission } from "../../api-error.ts";
import type { Doing } from "../../known-errors.ts";
import { readMissingProject, renderProjectRemedy } from "../../missing-project.ts";
import { renderGrant } from "../../permissions.ts";
import type { PartFault } from "./part-messages.ts";

/** gRPC's codes. */
const code = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unauthenticated: 16,
} as const;
/** Cancelled, unknown, deadline exceeded, aborted, internal, unavailable: another time it may go well. */
const passing = [1, 2, 4, 10, 13, 14];

interface Fault {
  code: number;
  text: string;
}

interface Meaning {
  fits(fault: Fault): boolean;
  is: "outside" | "config" | "data";
  retryable?: true;
  rule(doing: Doing, fault: Fault): string;
  remedy(doing: Doing, fault: Fault): string;
}

/** First match counts. */
const meanings: readonly Meaning[] = [
  {
    fits: (fault) => fault.code === code.resourceExhausted,
    is: "outside",
    retryable: true,
    rule: () => "the Storage Read API has room for another read: streams, bytes and requests have quotas",
    remedy: ({ billed }) =>
      `run again later: nothing is half done; who uses the quota of ${billed} is told in the console, IAM & Admin > Quotas > BigQuery Storage API`,
  },
  {
    fits: (fault) => passing.includes(fault.code),
    is: "outside",
    retryable: true,
    rule: () => "the Storage Read API is reached, and answers",
    remedy: () =>
      "check network, proxy and source.read_endpoint, then run again: nothing is half done; https://status.cloud.google.com tells of outages",
  },
  {
    fits: (fault) => fault.code === code.unauthenticated,
    is: "outside",
    retryable: true,
    rule: () => "the Storage Read API takes the token that was given out at sign-in",
    remedy: () =>
      "check whether the account was disabled or deleted, and this machine's clock; then run again",
  },
  {
    fits: ({ text }) => /SERVICE_DISABLED|API has not been used in project|it is disabled/.test(text),
    is: "config",
    rule: () => "the BigQuery Storage API is on in the project that is billed",
    remedy: ({ billed }) => `run: gcloud services enable bigquerystorage.googleapis.com --project ${billed}`,
  },
  {
    fits: ({ text }) => readMissingProject(text) !== null,
    is: "config",
    rule: ({ billed }, { text }) =>
      `the project ${readMissingProject(text) ?? billed} exists and has BigQuery`,
    remedy: (doing, { text }) => renderProjectRemedy(readMissingProject(text) ?? doing.billed, doing),
  },
  {
    fits: (fault) => fault.code === code.permissionDenied,
    is: "config",
    rule: (doing, fault) => `this needs the permission ${permissionOf(fault) ?? doing.permission}`,
    remedy: (doing, fault) => renderGrant(permissionOf(fault) ?? doing.permission, doing),
  },
  {
    fits: (fault) => fault.code === code.invalidArgument && /selected fields/i.test(fault.text),
    is: "outside",
    retryable: true,
    rule: () => "a table keeps its columns while it is read",
    remedy: () => "run again when the table stands still",
  },
  {
    fits: (fault) => fault.code === code.notFound,
    is: "data",
    rule: () => "a table stays while it is read",
    remedy: () => "run again: the plan tells what is there now",
  },
];

/** Turns what gRPC threw into our error, once, at this edge; the original holds headers with a token. */
export function translateReadError(error: unknown, doing: Doing): unknown {
  if (isShardliftError(error) || !(error instanceof Error)) return error;
  const fault = readFault(error);
  if (fault === null) return error;
  const { failed } = doing;
  const received = `${fault.text || "no message"} (gRPC ${fault.code})`;
  const known = meanings.find(({ fits }) => fits(fault));
  if (known === undefined) {
    const remedy =
      "look the message up in the Storage Read API's documentation, then run again: nothing is half done";
    return new ShardliftError("outside", {
      failed,
      rule: "the Storage Read API does its part",
      received,
      remedy,
    });
  }
  const { is, retryable = false, rule, remedy } = known;
  return new ShardliftError(
    is,
    { failed, rule: rule(doing, fault), received, remedy: remedy(doing, fault) },
    { retryable },
  );
}

/** @returns null where it is none of gRPC's; our own time limit counts as an answer that did not come */
function readFault(error: Error): Fault | null {
  const { code: found, details } = error as { code?: unknown; details?: unknown };
  if (found === "ETIMEDOUT") return { code: 4, text: oneLine(error.message) };
  if (typeof found !== "number" || found < 1 || found > 16) return null;
  return { code: found, text: oneLine(typeof details === "string" ? details : error.message) };
}

/** Streams tell it the other way round: `does not have 'bigquery.readsessions.getData' permission`. */
function permissionOf({ text }: Fault): string | null {
  const [, named] = /'([a-z]+(?:\.[A-Za-z]+){2,3})' permission/.exec(text) ?? [];
  if (named !== undefined) return named;
  return readPermission({ status: 403, reason: null, message: text });
}

/** Whether the session's six hours are over, or nobody knows it any more: its streams cannot be gone on with. */
export function isSessionOver(error: unknown): boolean {
  const fault = error instanceof Error ? readFault(error) : null;
  if (fault === null) return false;
  if (fault.code === code.failedPrecondition) return /expired/i.test(fault.text);
  return fault.code === code.notFound && /sessions\//.test(fault.text);
}

/** Whether Google's clock has not come to the moment as of which the table is to be read. */
export function isAheadOfGoogle(error: unknown): boolean {
  const fault = error instanceof Error ? readFault(error) : null;
  return fault?.code === code.invalidArgument && /snapshot.*future/i.test(fault.text);
}

export function isUnauthenticated(error: unknown): boolean {
  return error instanceof Error && readFault(error)?.code === code.unauthenticated;
}

/** What went wrong in a thread that writes Parquet. Words of a full disk are left for whoever knows them. */
export function buildPartError({ kind, text }: PartFault, table: string): Error {
  if (kind === "other") return new Error(text);
  return new ShardliftError("outside", {
    failed: `Rows of ${table} cannot be read.`,
    rule: "the Storage Read API sends record batches of Arrow, with zstd as was asked for",
    received: text,
    remedy: "run again; if it stays so, name a bucket as source.extracts, so that rows come by extract jobs",
  });
}
