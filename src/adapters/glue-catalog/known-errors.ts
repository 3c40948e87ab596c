import type { ErrorCode } from "../../errors.ts";

export interface KnownError {
  /** As AWS names them. */
  names: readonly string[];
  /** Of several that share a name. */
  message?: RegExp;
  code: ErrorCode;
  retryable?: true;
  rule: string;
  remedy: string;
}

/** Where rights are given to whoever runs the command: AWS's message names them. */
const atRole =
  "in the console, IAM > Roles > the role that AWS names > Permissions; docs/aws.md has the policy";

const again = "run again: nothing is half done, and days that were not pointed are pointed then";

/** What AWS says where it did nothing because too much was asked at once: such a request can be waited for. */
export const throttles: readonly string[] = [
  "ThrottlingException",
  "Throttling",
  "ThrottledException",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "SlowDown",
];

/** Glue's errors that somebody can do something about; the first that fits counts. */
export const knownErrors: readonly KnownError[] = [
  {
    names: ["AccessDeniedException", "AccessDenied"],
    message: /lake formation/i,
    code: "config",
    rule: "Lake Formation grants the command's role what it needs on database and table",
    remedy:
      "grant it CREATE_TABLE on the database and ALTER, DESCRIBE, SELECT on the table: in the console, Lake Formation > Data permissions > Grant",
  },
  {
    names: ["AccessDeniedException", "AccessDenied"],
    message: /PassRole/,
    code: "config",
    rule: "the command may hand the crawler's role to Glue",
    remedy: `allow iam:PassRole on catalog.crawler_role to the command's role, for glue.amazonaws.com: ${atRole}`,
  },
  {
    names: ["AccessDeniedException", "AccessDenied"],
    code: "config",
    rule: "the command's role may use database, table and partitions in Glue",
    remedy: `allow the action that AWS names on catalog, database and table: ${atRole}`,
  },
  {
    names: ["ExpiredTokenException", "ExpiredToken", "RequestExpired", "TokenRefreshRequired"],
    code: "outside",
    rule: "the session's credentials are valid until the command has ended",
    remedy: `sign in again, or give the role longer sessions; then ${again}`,
  },
  {
    names: [
      "UnrecognizedClientException",
      "InvalidSignatureException",
      "InvalidClientTokenId",
      "MissingAuthenticationTokenException",
      "IncompleteSignature",
      "CredentialsProviderError",
    ],
    code: "config",
    rule: "the command has AWS credentials for the catalog's account and region",
    remedy:
      "check the role or profile it runs with, catalog.region, catalog.endpoint and this machine's clock",
  },
  {
    names: throttles,
    code: "outside",
    retryable: true,
    rule: "Glue takes only so many requests of an account at once; refused ones were waited for",
    remedy: `run fewer commands at once, or have the quota raised; then ${again}`,
  },
  {
    names: [
      "OperationTimeoutException",
      "InternalServiceException",
      "InternalFailure",
      "ServiceUnavailable",
      "ServiceUnavailableException",
      "ResourceNotReadyException",
      "ConcurrentModificationException",
    ],
    code: "outside",
    retryable: true,
    rule: "Glue does its part",
    remedy: again,
  },
  {
    names: ["ResourceNumberLimitExceededException"],
    code: "outside",
    rule: "databases, tables, partitions and crawlers stay within the account's quotas",
    remedy: "have the quota raised that AWS names; then run again",
  },
  {
    names: ["GlueEncryptionException"],
    code: "config",
    rule: "the catalog's key is usable by the command's role",
    remedy: `allow kms:Decrypt and kms:GenerateDataKey on the Data Catalog's key: ${atRole}`,
  },
  {
    names: ["EntityNotFoundException"],
    code: "config",
    rule: "what the request names is in the catalog of this account and region",
    remedy: "look who removed it; crawl makes database and table anew when it runs again",
  },
  {
    names: ["InvalidInputException", "ValidationException", "AlreadyExistsException"],
    code: "outside",
    rule: "Glue takes the request",
    remedy: "look at what AWS says of it; where it is about a name, choose another in the pipeline",
  },
];
