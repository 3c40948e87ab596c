import { exitCodes, isShardliftError } from "../errors.ts";
import type { Io } from "./io.ts";

/** Tells a failure and gives its exit code: a known one in words, a bug of ours with its stack. */
export function reportFailure(error: unknown, { stderr }: Pick<Io, "stderr">): number {
  if (isShardliftError(error)) {
    stderr.write(`${error.message}\n`);
    return exitCodes[error.code];
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(
    `This is a fault of Shardlift, not of your data or configuration. Please report it:\n${stack}\n`,
  );
  return exitCodes.bug;
}

/** The failure as part of a task's line of JSON. */
export function renderFailure(error: unknown): Record<string, unknown> {
  if (isShardliftError(error)) return { code: error.code, retryable: error.retryable, ...error.parts };
  return { code: "bug", retryable: false, failed: error instanceof Error ? error.message : String(error) };
}
