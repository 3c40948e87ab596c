/** An error as Google's JSON APIs answer it. */
export class ApiFault extends Error {
  readonly httpStatus: number;
  readonly reason: string;

  constructor(httpStatus: number, reason: string, message: string) {
    super(message);
    this.httpStatus = httpStatus;
    this.reason = reason;
  }
}

/** An error of a token endpoint (RFC 6749): `{ error, error_description }`. */
export class TokenFault extends Error {
  readonly httpStatus: number;
  readonly error: string;

  constructor(error: string, description: string, httpStatus = 400) {
    super(description);
    this.httpStatus = httpStatus;
    this.error = error;
  }
}

/** Reasons that are not of the domain `global`. */
const domains: Record<string, string> = {
  rateLimitExceeded: "usageLimits",
  quotaExceeded: "usageLimits",
  accessNotConfigured: "usageLimits",
};

const canonical: Record<number, string> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ALREADY_EXISTS",
  412: "FAILED_PRECONDITION",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
};

export function renderFault({ httpStatus, reason, message }: ApiFault): object {
  const domain = domains[reason] ?? "global";
  const error = { code: httpStatus, message, errors: [{ message, domain, reason }] };
  return { error: { ...error, status: canonical[httpStatus] ?? "UNKNOWN" } };
}

export function missDataset(project: string, dataset: string): ApiFault {
  return new ApiFault(404, "notFound", `Not found: Dataset ${project}:${dataset}`);
}

export function missTable(project: string, dataset: string, table: string): ApiFault {
  return new ApiFault(404, "notFound", `Not found: Table ${project}:${dataset}.${table}`);
}

/** @param resource `Dataset p:d`, `Table p:d.t`, `Project p` */
export function denyAccess(permission: string, resource: string): ApiFault {
  const [kind = "", name = ""] = resource.split(" ");
  const rest = `Permission ${permission} denied on ${kind.toLowerCase()} ${name} (or it may not exist).`;
  return new ApiFault(403, "accessDenied", `Access Denied: ${resource}: ${rest}`);
}

export function limitRate(what: string): ApiFault {
  const where = "https://cloud.google.com/bigquery/docs/troubleshoot-quotas";
  return new ApiFault(
    403,
    "rateLimitExceeded",
    `Exceeded rate limits: ${what}. For more information, see ${where}`,
  );
}

export function exceedQuota(): ApiFault {
  return new ApiFault(
    403,
    "quotaExceeded",
    "Quota exceeded: Your project exceeded quota for api requests per day.",
  );
}

export function refuseToken(): ApiFault {
  const text =
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.";
  return new ApiFault(401, "authError", text);
}
