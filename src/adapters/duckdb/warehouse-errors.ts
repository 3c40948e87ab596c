import { isShardliftError, ShardliftError } from "../../errors.ts";

const lockPattern = /Could not set lock on file/;

/** Whether DuckDB says that another process has the file open. */
export function isHeldElsewhere(error: unknown): boolean {
  return error instanceof Error && lockPattern.test(error.message);
}

/** The answer after the whole wait: who holds the file, as far as DuckDB knows. */
export function buildHeldError(path: string, waitMs: number, cause: unknown): ShardliftError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const pid = /\(PID (\d+)\)/.exec(message)?.[1];
  const holder = /lock is held in (.+?) \(PID/.exec(message)?.[1];
  return new ShardliftError(
    "not-ready",
    {
      failed: `The warehouse file ${path} is held by ${pid ? `process ${pid}` : "another process"}${holder ? ` (${holder})` : ""}.`,
      rule: "DuckDB lets one process at a time into a file, readers included",
      received: `still held after waiting ${Math.round(waitMs / 1000)} s`,
      remedy: "end that process or wait for it, then run again; nothing was changed",
    },
    { retryable: true, cause },
  );
}

const systemFault =
  /^(IO Error|Out of Memory Error|FATAL Error|INTERNAL Error|TransactionContext Error|Permission Error)/;
const dataFault = /^(Conversion Error|Invalid Input Error|Out of Range Error|Constraint Error)/;
const brokenFile = /No files found|not a Parquet file|No magic bytes/i;
const statementFault = /^(Parser Error|Binder Error|Catalog Error|Not implemented Error|Invalid Input Error)/;

/** Whether a file is gone, cut off, or something else. */
export function isBrokenFile(error: unknown): boolean {
  return error instanceof Error && brokenFile.test(error.message);
}

/** Turns what DuckDB threw into our error, once, at this edge; what nobody foresaw stays as it is: our bug. */
export function translateError(error: unknown, failed: string): unknown {
  if (isShardliftError(error) || !(error instanceof Error)) return error;
  // A file that is gone or cut off will be so next time too.
  if (isBrokenFile(error)) {
    const rule = "every file of the manifest is in the lake, as it was written";
    const remedy = "look whether somebody deleted it; shardlift backfill --again makes the day anew";
    return new ShardliftError("data", { failed, rule, received: error.message, remedy }, { cause: error });
  }
  if (systemFault.test(error.message)) {
    return new ShardliftError("outside", { failed, received: error.message }, { cause: error });
  }
  if (dataFault.test(error.message)) {
    return new ShardliftError("data", { failed, received: error.message }, { cause: error });
  }
  return error;
}

/** An error in a statement that a person typed. */
export function translateQueryError(error: unknown): unknown {
  if (!(error instanceof Error) || isShardliftError(error)) return error;
  // The client puts words of its own before DuckDB's where it cannot split a text into statements.
  const message = error.message.replace(/^Failed to extract statements: /, "");
  const isTypo = statementFault.test(message) || /read-only/.test(message);
  if (!isTypo) return translateError(error, "The query failed.");
  const parts = {
    failed: "The query was refused.",
    rule: "one or more statements in DuckDB's SQL that only read",
    received: message,
    remedy: "correct the statement; shardlift query without one lists tables with .tables",
  };
  return new ShardliftError("usage", parts, { cause: error });
}

/** COMMIT did not answer with yes or no: the caller asks the ledger. */
export function buildUnknownOutcome(cause: unknown): ShardliftError {
  return new ShardliftError(
    "outside",
    { failed: "The warehouse did not say whether it committed.", received: String(cause) },
    { retryable: true, cause },
  );
}
