import type { ErrorCode } from "../../errors.ts";
import type { ApiFault } from "./api-error.ts";
import { readPermission } from "./api-error.ts";
import { readMissingProject, renderProjectRemedy } from "./missing-project.ts";
import { type GrantPlace, renderGrant } from "./permissions.ts";

/** What was being done, for the message: where, and what it needs. */
export interface Doing extends GrantPlace {
  /** `The tables of shop-prod.analytics_1 cannot be listed.` */
  failed: string;
  /** What the call asks for, where the API does not name it. */
  permission: string;
}

interface KnownError {
  fits(fault: ApiFault): boolean;
  code: ErrorCode;
  retryable?: true;
  rule(doing: Doing, fault: ApiFault): string;
  remedy(doing: Doing, fault: ApiFault): string;
}

const limited = ["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "concurrentLimitExceeded"];
const passing = [408, 429, 500, 502, 503, 504];

/** First match counts. */
export const knownErrors: readonly KnownError[] = [
  {
    fits: ({ status }) => status === 401,
    code: "config",
    rule: () => "BigQuery takes the token that was given out at sign-in",
    remedy: () =>
      "check whether the account was disabled or deleted while the command ran, and this machine's clock",
  },
  {
    fits: ({ reason }) => limited.includes(reason ?? ""),
    code: "outside",
    retryable: true,
    rule: () => "BigQuery takes 100 requests a second and method, and no more than the project's quotas",
    remedy: ({ billed }) =>
      `run again later: nothing is half done; who uses the quota of ${billed} is told in the console, IAM & Admin > Quotas`,
  },
  {
    fits: ({ status, reason }) => passing.includes(status) || reason === "backendError",
    code: "outside",
    retryable: true,
    rule: () => "BigQuery answers",
    remedy: () => "run again: nothing is half done; https://status.cloud.google.com tells of outages",
  },
  {
    fits: ({ reason, message }) =>
      reason === "accessNotConfigured" || /SERVICE_DISABLED|API has not been used in project/.test(message),
    code: "config",
    rule: () => "the BigQuery API is on in the project that is billed",
    remedy: ({ billed }) => `run: gcloud services enable bigquery.googleapis.com --project ${billed}`,
  },
  {
    fits: ({ status, message }) => (status === 400 || status === 404) && readMissingProject(message) !== null,
    code: "config",
    rule: ({ project }, { message }) =>
      `the project ${readMissingProject(message) ?? project} exists and has BigQuery`,
    remedy: (doing, { message }) => renderProjectRemedy(readMissingProject(message) ?? doing.project, doing),
  },
  {
    fits: ({ status, reason }) => status === 404 && reason === "notFound",
    code: "config",
    rule: ({ project, dataset }) => `the project ${project} has the dataset ${dataset}`,
    remedy: () =>
      "correct property.dataset and property.project in the pipeline; Google makes the dataset with the first export after the link (Analytics, Admin > BigQuery links)",
  },
  {
    fits: ({ status, message }) =>
      status === 403 && /VPC Service Controls|organization's policy/i.test(message),
    code: "config",
    rule: () => "the organisation lets this network and account reach BigQuery",
    remedy: () =>
      "ask whoever keeps the perimeter (VPC Service Controls) to let it in, with the id in the message",
  },
  {
    fits: ({ status, message }) => status === 403 && /authentication scopes/i.test(message),
    code: "config",
    rule: () => "the sign-in covers BigQuery",
    remedy: () =>
      "sign in with the scope cloud-platform; on a machine of Google's, set its access scopes; or write another source.auth",
  },
  {
    fits: ({ status, reason }) => status === 403 && reason !== null,
    code: "config",
    rule: (doing, fault) => `this needs the permission ${readPermission(fault) ?? doing.permission}`,
    remedy: (doing, fault) => renderGrant(readPermission(fault) ?? doing.permission, doing),
  },
];
