import { type ErrorCode, type ErrorParts, isShardliftError, ShardliftError } from "../../errors.ts";
import { type Doing, knownErrors } from "./known-errors.ts";

/** What the driver throws, as far as it says. */
interface DriverError extends Error {
  code?: string | number;
  sqlState?: string;
  data?: { queryId?: string };
}

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
  const entry = knownErrors.find(
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

/** Snowflake's code of an error that was translated; null where it has none. */
export function readCause(error: unknown): string | null {
  return isShardliftError(error) ? readCode(error.cause) : readCode(error);
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

/** A sign-in that was not answered in time: nothing was begun. */
export function buildSilent(
  failed: string,
  { host, account, waitedMs }: { host: string; account: string; waitedMs: number },
): ShardliftError {
  const parts = {
    failed,
    rule: `Snowflake answers at ${host} within ${Math.round(waitedMs / 1000)} s`,
    received: "no answer",
    remedy: `check the account's name (${account}) and host, the network and its firewall, and the proxy (HTTPS_PROXY, NO_PROXY); then run again: nothing was begun`,
  };
  return new ShardliftError("outside", parts, { retryable: true });
}

const endedFailure = "Snowflake ended the transaction before it was committed.";
const aborted = "000615";

/** Whether it says that the transaction is over: as the next statement's refusal, or as we found out. */
export function isEnded(error: unknown): boolean {
  return (
    isShardliftError(error) && (error.parts.failed === endedFailure || readCode(error.cause) === aborted)
  );
}

/** The transaction is over before its COMMIT; nothing of it is left. */
export function buildEnded(received: string): ShardliftError {
  const parts = {
    failed: endedFailure,
    rule: "a transaction that idles for five minutes while others wait for its lock is ended, or by ABORT_TRANSACTION",
    received,
    remedy: "run again: nothing of it was kept",
  };
  return new ShardliftError("outside", parts, { retryable: true });
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
