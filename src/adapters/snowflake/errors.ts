import { type ErrorCode, type ErrorParts, isShardliftError, ShardliftError } from "../../errors.ts";

/** What the driver throws, as far as it says. */
interface DriverError extends Error {
  code?: string | number;
  sqlState?: string;
  data?: { queryId?: string };
}

/** What was being done, for the message: who, where, and what it needs. */
export interface Doing {
  /** `The days could not be copied into "DB"."S"."T".` */
  failed: string;
  role: string;
  warehouse: string;
  user: string;
  account: string;
}

interface Known {
  codes: readonly string[];
  /** Of several that share a code. */
  message?: RegExp;
  code: ErrorCode;
  retryable?: true;
  rule: string;
  remedy: (doing: Doing) => string;
}

/** Snowflake's errors that somebody can do something about; the first that fits counts. */
const known: readonly Known[] = [
  {
    codes: ["390144", "394300", "394304"],
    code: "config",
    rule: "a key pair's token is signed with the user's key, and valid for a minute by Snowflake's clock",
    remedy: ({ user }) =>
      `check that the public key is set on ${user} (DESC USER), that it belongs to private_key, that the account is right, and this machine's clock`,
  },
  {
    codes: ["390100", "390101", "390102", "390195", "390422", "390432"],
    code: "config",
    rule: "the user exists, is not disabled, and may sign in this way from here",
    remedy: ({ user, account }) =>
      `check user ${user} in account ${account}: its key or workload identity, its network policy, whether it is disabled`,
  },
  {
    codes: ["390189", "390186"],
    code: "config",
    rule: "the user has the role",
    remedy: ({ role, user }) => `GRANT ROLE ${role} TO USER ${user}`,
  },
  {
    codes: ["000606", "002043", "390201"],
    message: /warehouse/i,
    code: "config",
    rule: "the role may use the warehouse",
    remedy: ({ warehouse, role }) => `GRANT USAGE, OPERATE ON WAREHOUSE ${warehouse} TO ROLE ${role}`,
  },
  {
    codes: ["000608", "000607", "000609", "090073", "090082"],
    code: "outside",
    rule: "the warehouse runs, or may be resumed",
    remedy: ({ warehouse, role }) =>
      `ALTER WAREHOUSE ${warehouse} RESUME, let AUTO_RESUME be true and GRANT OPERATE ON WAREHOUSE ${warehouse} TO ROLE ${role}; look whether a resource monitor stopped it`,
  },
  {
    codes: ["091016", "091021"],
    code: "data",
    rule: "every file of the manifest is in the lake",
    remedy: () => "look whether somebody deleted it; shardlift backfill --again makes the day anew",
  },
  {
    codes: ["003167", "003070", "091003", "391601", "391602"],
    code: "config",
    rule: "the stage's storage integration may read the lake: its AWS role trusts Snowflake, and may list and get",
    remedy: () =>
      "shardlift bootstrap prints the trust policy (DESC INTEGRATION); check bucket policy, external id and allowed locations",
  },
  {
    codes: ["002003", "002043"],
    code: "config",
    rule: "the object is there, and the role may use it",
    remedy: ({ role }) =>
      `run shardlift bootstrap; for an object that is there: GRANT USAGE (stage, integration, schema, database) or SELECT, INSERT, UPDATE, DELETE (table) on it TO ROLE ${role}`,
  },
  {
    codes: ["003001", "003540"],
    code: "config",
    rule: "the role has the privilege on the object",
    remedy: ({ role }) => `GRANT the privilege that Snowflake names on that object TO ROLE ${role}`,
  },
  {
    codes: ["100082", "100078", "100145", "100080"],
    code: "data",
    rule: "a value fits into its column: 16 MB of text or of VARIANT, 8 MB of BINARY",
    remedy: () => "drop the column or key in the pipeline (columns.drop), or load it elsewhere",
  },
  {
    codes: [
      "100035",
      "100038",
      "100040",
      "100046",
      "100069",
      "100071",
      "100072",
      "100096",
      "100132",
      "100183",
      "100142",
      "100144",
    ],
    code: "data",
    rule: "the values of a file have the types that its manifest says",
    remedy: () =>
      "shardlift backfill --again makes the day anew; look into the file where that does not help",
  },
  {
    codes: ["000904"],
    code: "data",
    rule: "the table has the columns that Shardlift gave it",
    remedy: () => "look who altered the table; load adds columns that are missing when it runs again",
  },
  {
    codes: ["000630"],
    code: "outside",
    retryable: true,
    rule: "a statement ends within warehouse.statement_timeout",
    remedy: ({ warehouse }) => `raise statement_timeout, or give ${warehouse} another size`,
  },
  {
    codes: ["000625"],
    code: "outside",
    retryable: true,
    rule: "some 20 statements may wait for one table, each for LOCK_TIMEOUT",
    remedy: () => "run fewer commands for one table at once; SHOW LOCKS says who holds it",
  },
  {
    codes: [
      "090127",
      "000635",
      "000636",
      "000639",
      "000604",
      "000603",
      "000601",
      "390112",
      "390104",
      "390111",
      "390114",
      "390110",
    ],
    code: "outside",
    retryable: true,
    rule: "a session lives until its transaction has ended",
    remedy: () => "run again: nothing is half done, and the ledger says what was",
  },
];

const missing = "002003";

/** Whether Snowflake says that there is no such object, or none that the role may see. */
export function isMissingObject(error: unknown): boolean {
  return isShardliftError(error) && readCode(error.cause) === missing;
}

/** Whether the session cannot be used any more, whatever the statement was. */
export function isSessionGone(error: unknown): boolean {
  const code = readCode(error);
  return code === null || !/^(0|1)\d{5}$/.test(code);
}

/** Turns what the driver threw into our error, once, at this edge. */
export function translateError(error: unknown, doing: Doing): unknown {
  if (isShardliftError(error) || !(error instanceof Error)) return error;
  const code = readCode(error);
  if (code === null) return error;
  const entry = known.find(
    ({ codes, message }) => codes.includes(code) && (message?.test(error.message) ?? true),
  );
  if (entry === undefined) return translateUnknown(error, code, doing);
  const parts = {
    failed: doing.failed,
    rule: entry.rule,
    received: describe(error, code),
    remedy: entry.remedy(doing),
  };
  return buildError(entry.code, parts, entry.retryable ?? false, error);
}

/** Codes of the driver itself (4xxxxx) are of the network; a statement that cannot be compiled is our bug. */
function translateUnknown(error: Error, code: string, doing: Doing): unknown {
  const isSyntax = /^(42|22)/.test((error as DriverError).sqlState ?? "") && code.startsWith("00");
  if (isSyntax) return error;
  const isNetwork = /^(4|39)/.test(code);
  const parts = {
    failed: doing.failed,
    rule: isNetwork ? `Snowflake answers at account ${doing.account}` : "Snowflake does its part",
    received: describe(error, code),
    remedy: isNetwork
      ? "check account, network and proxy; then run again: nothing is half done"
      : "look the code up in Snowflake's query history; then run again: nothing is half done",
  };
  return buildError("outside", parts, true, error);
}

function buildError(code: ErrorCode, parts: ErrorParts, retryable: boolean, cause: Error): ShardliftError {
  return new ShardliftError(code, parts, { retryable, cause });
}

function describe(error: DriverError, code: string): string {
  const query = error.data?.queryId === undefined ? "" : `, query ${error.data.queryId}`;
  return `${error.message.replace(/\s*\n\s*/g, " ")} (${code}${query})`;
}

/** Six digits; null where the driver gave no code: then it is no error of Snowflake's. */
function readCode(error: unknown): string | null {
  const code = (error as DriverError | null | undefined)?.code;
  if (code === undefined || code === null || !/^\d{1,6}$/.test(String(code))) return null;
  return String(code).padStart(6, "0");
}

/** A call that was not answered in time, or whose session is gone: what it did is not known. */
export function buildUnanswered(failed: string, waitedMs: number, cause?: unknown): ShardliftError {
  const parts = {
    failed,
    rule: `Snowflake answers within ${Math.round(waitedMs / 1000)} s`,
    received: "no answer, so the outcome is not known",
    remedy: "run again: the ledger, read under the lock row, says what was done",
  };
  return new ShardliftError("outside", parts, { retryable: true, ...(cause === undefined ? {} : { cause }) });
}

/** COMMIT did not answer with yes: the caller asks the ledger. */
export function buildUnknownOutcome(cause: unknown): ShardliftError {
  const received = cause instanceof Error ? cause.message.split("\n", 1)[0] : String(cause);
  const parts = {
    failed: "Snowflake did not say whether it committed.",
    rule: "an outcome that is not known is read from the ledger in a new session",
    received: received ?? "",
    remedy: "run again where this command did not settle it",
  };
  return new ShardliftError("outside", parts, { retryable: true, cause });
}

/** An error in a statement that a person typed. */
export function translateQueryError(error: unknown, doing: Doing): unknown {
  if (isShardliftError(error) || !(error instanceof Error)) return error;
  const code = readCode(error);
  const isTypo = code !== null && /^00[0-3]\d{3}$/.test(code) && code !== "003001" && !/^0006/.test(code);
  if (!isTypo) return translateError(error, doing);
  const parts = {
    failed: "The query was refused.",
    rule: "one statement in Snowflake's SQL that only reads, on objects that the role may see",
    received: describe(error, code),
    remedy: "correct the statement; names in quotes are upper-case",
  };
  return new ShardliftError("usage", parts, { cause: error });
}
