import { isShardliftError, ShardliftError } from "../../errors.ts";
import { type ApiFault, oneLine, readApiFault } from "./api-error.ts";
import { type Doing, knownErrors } from "./known-errors.ts";

/**
 * Turns what the client package threw into our error, once, at this edge. The original is not kept as a cause: it holds
 * the request with its token.
 */
export function translateError(error: unknown, doing: Doing): unknown {
  if (isShardliftError(error) || !(error instanceof Error)) return error;
  const fault = readApiFault(error);
  if (fault === null) return isNetworkFault(error) ? buildUnreached(error, doing) : error;
  const known = knownErrors.find(({ fits }) => fits(fault));
  const { failed } = doing;
  const received = describe(fault);
  if (known === undefined) return new ShardliftError("outside", { failed, ...unknownParts(fault), received });
  const { code, retryable = false, rule, remedy } = known;
  return new ShardliftError(
    code,
    { failed, rule: rule(doing, fault), received, remedy: remedy(doing, fault) },
    { retryable },
  );
}

/** An answer of somebody in between is no answer of BigQuery's. */
function unknownParts({ reason }: ApiFault): { rule: string; remedy: string } {
  if (reason !== null)
    return {
      rule: "BigQuery does its part",
      remedy: "look the reason up in BigQuery's error table, then run again: nothing is half done",
    };
  return {
    rule: "answers come from BigQuery itself",
    remedy: "check proxy and source.endpoint, then run again: nothing is half done",
  };
}

function describe({ status, reason, message }: ApiFault): string {
  return `${message || "no message"} (HTTP ${status}${reason === null ? "" : `, ${reason}`})`;
}

const networkCodes =
  /^(?:E[A-Z]{3,}|UND_ERR_\w+|CERT_\w+|DEPTH_\w+|ERR_(?:TLS|SSL|STREAM|SOCKET|HTTP)\w*|UNABLE_\w+|SELF_\w+)$/;
const networkTexts =
  /socket hang up|network timeout|premature close|terminated|fetch failed|aborted|Unexpected (?:end|token)/i;

/** Whether there was no whole answer: the connection did not come about, or broke. */
function isNetworkFault(error: Error): boolean {
  const { code } = error as { code?: unknown };
  return (typeof code === "string" && networkCodes.test(code)) || networkTexts.test(error.message);
}

function buildUnreached(error: Error, { failed }: Doing): ShardliftError {
  const parts = {
    failed,
    rule: "BigQuery is reached and answers in time",
    received: oneLine(error.message),
    remedy: "check network, proxy and source.endpoint; then run again: nothing is half done",
  };
  return new ShardliftError("outside", parts, { retryable: true });
}
