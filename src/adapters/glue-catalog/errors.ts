import { isShardliftError, ShardliftError } from "../../errors.ts";
import { knownErrors, throttles } from "./known-errors.ts";

/** What the SDK throws, as far as it says. */
interface SdkError extends Error {
  code?: string;
  $fault?: "client" | "server";
  $metadata?: { httpStatusCode?: number; requestId?: string };
}

const networkCodes = /^(ECONN|ENOTFOUND|ETIMEDOUT|EPIPE|EAI_AGAIN|EHOST|ENET|ERR_SSL|CERT_|UND_ERR)/;

export function hasName(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** Refused for certain, and only for now. */
export function isThrottled(error: unknown): boolean {
  if (hasName(error, ...throttles)) return true;
  return (error as SdkError | null)?.$metadata?.httpStatusCode === 429;
}

/**
 * Turns what the SDK threw into our error, once, at this edge. What nobody knows stays as it is: our bug.
 * @param failed what was being done: `The table analytics.events could not be read in Glue.`
 */
export function translateError(error: unknown, failed: string): unknown {
  if (isShardliftError(error) || !(error instanceof Error)) return error;
  const known = knownErrors.find(
    ({ names, message }) => names.includes(error.name) && (message?.test(error.message) ?? true),
  );
  if (known !== undefined) {
    const { code, rule, remedy, retryable = false } = known;
    const parts = { failed, rule, received: describe(error), remedy };
    return new ShardliftError(code, parts, { retryable, cause: error });
  }
  if (isUnanswered(error)) return buildUnanswered(error, failed);
  return (error as SdkError).$fault === undefined ? error : buildRefused(error, failed);
}

/** AWS said no in words that nobody foresaw. */
function buildRefused(error: Error, failed: string): ShardliftError {
  const parts = {
    failed,
    rule: "Glue takes the request",
    received: describe(error),
    remedy: "look at what AWS says of it, and run again: nothing is half done",
  };
  return new ShardliftError("outside", parts, { cause: error });
}

function isUnanswered(error: SdkError): boolean {
  const isNetwork = networkCodes.test(error.code ?? "") || error.name === "TimeoutError";
  return isNetwork || (error.$metadata?.httpStatusCode ?? 0) >= 500;
}

function buildUnanswered(error: Error, failed: string): ShardliftError {
  const parts = {
    failed,
    rule: "Glue answers within a minute",
    received: `${describe(error)}: whether it was done is not known`,
    remedy: "check catalog.region, catalog.endpoint and the network; then run again",
  };
  return new ShardliftError("outside", parts, { retryable: true, cause: error });
}

function describe(error: SdkError): string {
  const request = error.$metadata?.requestId;
  const text = `${error.name}: ${error.message.replace(/\s*\n\s*/g, " ")}`;
  return request === undefined ? text : `${text} (request ${request})`;
}

/** What Glue says of one item of a batch, as if it had thrown it. */
export function buildItemError(code: string | undefined, message: string | undefined): Error {
  const error = new Error(message ?? "no reason given");
  error.name = code ?? "InternalServiceException";
  return error;
}
