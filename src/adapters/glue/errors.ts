import { type ErrorCode, isShardliftError, ShardliftError } from "../../errors.ts";

/** What was being done, for messages. */
export interface Doing {
  /** `No run could be started.` */
  failed: string;
  /** `glue:StartJobRun` */
  action: string;
  job: string;
  region: string;
  role: string;
}

interface KnownError {
  names: readonly string[];
  /** Of several that share a name. */
  message?: RegExp;
  code: ErrorCode;
  retryable?: true;
  rule: string;
  remedy: (doing: Doing) => string;
}

/** Where rights are given: AWS's message names whoever lacks them. */
const atRole = "in the console, IAM > Roles > the role that AWS names > Permissions";

const expired = ["ExpiredToken", "ExpiredTokenException", "RequestExpired"];
const throttled = ["ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"];

/** AWS's errors that somebody can do something about; the first that fits counts. */
const knownErrors: readonly KnownError[] = [
  {
    names: ["ConcurrentRunsExceededException", "ResourceNumberLimitExceededException"],
    code: "not-ready",
    retryable: true,
    rule: "a job has at most `max_concurrent_runs` at once, and an account so many DPUs and runs",
    remedy: () => "wait; or raise max_concurrent_runs of the environment, or the account's quota of Glue",
  },
  {
    names: throttled,
    code: "outside",
    retryable: true,
    rule: "an account may ask Glue so and so often a second",
    remedy: () => "wait; it is asked again by itself",
  },
  {
    names: ["ConcurrentModificationException"],
    code: "outside",
    retryable: true,
    rule: "one change of a job is made at a time",
    remedy: () => "run again: somebody changed it at the same moment",
  },
  {
    names: expired,
    code: "outside",
    retryable: true,
    rule: "credentials are valid when they are used",
    remedy: () => "sign in again; runs that are on go on, and the next command joins them",
  },
  {
    names: ["CredentialsProviderError", "UnrecognizedClientException", "InvalidClientTokenId"],
    code: "config",
    rule: "the command finds valid credentials: a role of its machine or task, a profile, or AWS_* variables",
    remedy: () => "sign in (`aws sts get-caller-identity` shows who is asking) and run again",
  },
  {
    names: ["InvalidSignatureException", "MissingAuthenticationTokenException"],
    code: "config",
    rule: "engine.region is the endpoint's own, and this machine's clock is right",
    remedy: ({ region }) => `check engine.region (${region}), engine.endpoint and the clock`,
  },
  {
    names: ["AccessDeniedException", "AccessDenied"],
    message: /PassRole/,
    code: "config",
    rule: "the command may hand the job's role to Glue",
    remedy: ({ role }) =>
      `allow iam:PassRole on ${role} to whoever runs this, for glue.amazonaws.com: ${atRole}`,
  },
  {
    names: ["AccessDeniedException", "AccessDenied"],
    code: "config",
    rule: "the command's role may do what it is there for (docs/aws.md has its policy)",
    remedy: ({ action, job, region }) =>
      `allow ${action} on ${action.startsWith("logs:") ? "the log groups /aws-glue/jobs/*" : `job ${job}`} in ${region} to whoever runs this: ${atRole}`,
  },
  {
    names: ["EntityNotFoundException"],
    code: "config",
    rule: "the pipeline's job is there",
    remedy: ({ job, region }) =>
      `run \`shardlift ensure-job\`: there is no job ${job} in ${region}, or somebody deleted it`,
  },
  {
    names: ["InvalidInputException", "ValidationException"],
    code: "config",
    rule: "Glue takes the environment's `engine`: role, worker type, limits, tags",
    remedy: () => "correct what the message names in the environment file",
  },
];

/** Turns what the SDK threw into our error, once, at this edge; anything but an answer or its absence is a bug. */
export function translateError(error: unknown, doing: Doing): unknown {
  if (isShardliftError(error) || !(error instanceof Error)) return error;
  const known = knownErrors.find(
    ({ names, message }) => names.includes(error.name) && (message?.test(error.message) ?? true),
  );
  if (known === undefined) return translateUnknown(error, doing);
  const { code, rule, remedy, retryable = false } = known;
  const parts = { failed: doing.failed, rule, received: describe(error), remedy: remedy(doing) };
  return new ShardliftError(code, parts, { retryable, cause: error });
}

/** A refusal that nobody foresaw is for good; a fault of the service or of the way to it may pass. */
function translateUnknown(error: Error, doing: Doing): unknown {
  const { $fault, $metadata } = error as { $fault?: string; $metadata?: { httpStatusCode?: number } };
  const isNetwork = /^(E[A-Z]+|TimeoutError|NetworkingError)$/.test(readNetworkCode(error));
  if ($fault === undefined && !isNetwork) return error;
  const status = $metadata?.httpStatusCode ?? 500;
  const isPassing = isNetwork || $fault === "server" || status >= 500;
  const parts = {
    failed: doing.failed,
    rule: isPassing ? `AWS answers in ${doing.region}, within 30 s` : `AWS does ${doing.action}`,
    received: describe(error),
    remedy: isPassing
      ? `check network, proxy and ${nameEndpoint(doing)}; then run again: runs that are on are joined`
      : "look the error up; then run again: runs that are on are joined",
  };
  return new ShardliftError("outside", parts, { retryable: isPassing, cause: error });
}

/** Logs are another service than Glue, and not reached by way of `engine.endpoint`. */
function nameEndpoint({ action, region }: Doing): string {
  if (!action.startsWith("logs:")) return "engine.endpoint";
  return `the way to CloudWatch Logs in ${region} (AWS_ENDPOINT_URL_CLOUDWATCH_LOGS, where it is a private one)`;
}

function readNetworkCode(error: Error): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : error.name;
}

function describe(error: Error): string {
  const text = error.message.replace(/\s*\n\s*/g, " ") || readNetworkCode(error);
  return `${text} (${error.name})`;
}

function hasName(error: unknown, names: readonly string[]): boolean {
  const cause = isShardliftError(error) ? error.cause : error;
  return cause instanceof Error && names.includes(cause.name);
}

export function isExpired(error: unknown): boolean {
  return hasName(error, expired);
}

/** Nothing of it was done, for certain. */
export function isThrottled(error: unknown): boolean {
  return hasName(error, throttled);
}

export function isMissing(error: unknown): boolean {
  return hasName(error, ["EntityNotFoundException", "ResourceNotFoundException"]);
}

export function hasAwsName(error: unknown, name: string): boolean {
  return hasName(error, [name]);
}
