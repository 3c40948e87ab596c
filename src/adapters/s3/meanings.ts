import type { S3Place } from "../../config/types.ts";
import type { S3Fault } from "./read-fault.ts";

/** What an answer of S3 means for people. */
export interface Meaning {
  code: "outside" | "config";
  /** Whether the same call may succeed later with nothing changed by a person. */
  retryable: boolean;
  rule: string;
  remedy(told: { fault: S3Fault; place: S3Place }): string;
}

const fixed = (code: Meaning["code"], rule: string, remedy: Meaning["remedy"]): Meaning => {
  return { code, retryable: false, rule, remedy };
};

const passing = (rule: string, remedy: string): Meaning => {
  return { code: "outside", retryable: true, rule, remedy: () => remedy };
};

const noBucket = fixed(
  "config",
  "the bucket is made before Shardlift writes to it",
  ({ place }) => `make the bucket ${place.bucket} in ${place.region}, or correct its name in the environment`,
);

const wrongRegion = fixed("config", "requests go to the region that the bucket is in", ({ fault, place }) => {
  const region = fault.region ?? /expecting '([a-z0-9-]+)'/.exec(fault.text)?.[1];
  const right = region === undefined ? "the bucket's region" : `region: ${region}`;
  return `write ${right} in the environment, where it says ${place.region}`;
});

const denied = fixed(
  "outside",
  "the role may list the bucket and get objects below the prefix; in a lake also put and delete them",
  ({ place }) => {
    const owner =
      place.bucketOwner === null ? "" : `, and whether account ${place.bucketOwner} owns the bucket`;
    return `give the role s3:ListBucket on the bucket ${place.bucket} and s3:GetObject below ${place.prefix === "" ? "it" : `${place.prefix}/`}, where it is the lake also s3:PutObject and s3:DeleteObject; in the console, IAM > Roles > the role that runs this > Permissions; docs/aws.md has the policy. Look at denials in the bucket's own policy too (S3 > Buckets > ${place.bucket} > Permissions)${owner}`;
  },
);

const keyDenied = fixed(
  "outside",
  "the role may use the key that the bucket's objects are encrypted with",
  () =>
    "give the role kms:GenerateDataKey and kms:Decrypt on the key, in its own policy (console, IAM > Roles > Permissions) and in the key's (KMS > Customer managed keys > Key policy)",
);

const keyUnusable = fixed(
  "config",
  "the key that objects are encrypted with is there, enabled, and in the bucket's region",
  () => "enable the key, or write the right one as kms_key in the environment",
);

const expired = fixed(
  "outside",
  "credentials are valid while a command runs",
  () =>
    "sign in again (aws sso login, or fresh variables), or use a role, which renews itself; then run again: what was done stays done",
);

const unknownKey = fixed(
  "config",
  "credentials are those of a user or role that is there",
  () => "check AWS_PROFILE and the variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN",
);

const noCredentials = fixed(
  "config",
  "credentials come from variables, a profile, or the role of the machine or container",
  () => "sign in (aws sso login), set AWS_PROFILE, or run where there is a role",
);

const unable = fixed(
  "config",
  "commits rely on If-None-Match and If-Match, which not every store that speaks like S3 has",
  () => "use a store that has conditional writes",
);

const archived = fixed(
  "outside",
  "objects of the lake and of a source can be read at once",
  () => "restore the object, and take the prefix out of the bucket's rule that archives it",
);

const untrusted = fixed(
  "config",
  "the endpoint shows a certificate that this machine trusts",
  () => "correct the endpoint, or name its authority in NODE_EXTRA_CA_CERTS",
);

const skewed = passing(
  "requests are signed with the time, and S3 allows 15 minutes of difference",
  "set this machine's clock right (timedatectl, chrony), then run again",
);

const throttled = passing(
  "S3 takes some thousand requests a second below one prefix",
  "run again later; if it stays, raise retry.attempts or retry.max_wait, and look who else asks this bucket",
);

const broken = passing(
  "S3 answers",
  "run again: what was done stays done. If it stays, look at AWS's status page",
);

const unreachable = passing(
  "S3 can be reached from this machine",
  "check network, proxy, region and endpoint; then run again",
);

const tooSlow = passing(
  "S3 answers within the time limits",
  "run again: what was done stays done. If it stays, look at the network between this machine and the bucket",
);

const conflict = passing(
  "writes of one key at the same moment are told to come again",
  "run again; if it stays, look for many runs of the same pipeline at once",
);

const changed = passing(
  "an object that is read stays the same meanwhile",
  "run again when the exports stand still",
);

const goneUpload = passing(
  "an upload in parts stays until it is completed",
  "run again; if it stays, look for a rule of the bucket that aborts unfinished uploads within a day",
);

const byName: Record<string, Meaning> = {
  NoSuchBucket: noBucket,
  PermanentRedirect: wrongRegion,
  TemporaryRedirect: wrongRegion,
  AuthorizationHeaderMalformed: wrongRegion,
  IllegalLocationConstraintException: wrongRegion,
  AccessDenied: denied,
  AllAccessDisabled: denied,
  "KMS.DisabledException": keyUnusable,
  "KMS.NotFoundException": keyUnusable,
  "KMS.KMSInvalidStateException": keyUnusable,
  "KMS.InvalidKeyUsageException": keyUnusable,
  ExpiredToken: expired,
  ExpiredTokenException: expired,
  TokenRefreshRequired: expired,
  InvalidToken: expired,
  InvalidAccessKeyId: unknownKey,
  SignatureDoesNotMatch: unknownKey,
  CredentialsProviderError: noCredentials,
  ProviderError: noCredentials,
  TokenProviderError: expired,
  SSOTokenProviderFailure: expired,
  NotImplemented: unable,
  InvalidObjectState: archived,
  RequestTimeTooSkewed: skewed,
  ConditionalRequestConflict: conflict,
  OperationAborted: conflict,
  NoSuchUpload: goneUpload,
  PreconditionFailed: changed,
  SlowDown: throttled,
  ServiceUnavailable: throttled,
  Throttling: throttled,
  ThrottlingException: throttled,
  RequestLimitExceeded: throttled,
  TooManyRequests: throttled,
  "KMS.ThrottlingException": throttled,
  InternalError: broken,
  RequestTimeout: tooSlow,
  TimeoutError: tooSlow,
  AbortError: tooSlow,
  ETIMEDOUT: tooSlow,
};

/** What the table does not name is told by its status, or is a fault of the network. */
export function findMeaning(fault: S3Fault): Meaning {
  const { name, status, text } = fault;
  if (/kms:|\bKMS\b/.test(text) && status === 403) return keyDenied;
  const known = Object.hasOwn(byName, name) ? byName[name] : undefined;
  if (known !== undefined) return known;
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(name)) return untrusted;
  if (status === null) return unreachable;
  if (status === 301 || status === 307) return wrongRegion;
  if (status === 403) return denied;
  if (status === 404) return noBucket;
  if (status === 429 || status === 503) return throttled;
  if (status >= 500) return broken;
  return fixed(
    "outside",
    "S3 takes the request",
    () => "look S3's code up, and report it with its request's id",
  );
}
