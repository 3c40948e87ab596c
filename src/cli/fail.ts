import { exitCodes, isShardliftError } from "../errors.ts";
import type { Io } from "./io.ts";

/** Tells a failure and gives its exit code: a known one in words, a bug of ours with its stack. */
export function reportFailure(error: unknown, { stderr }: Pick<Io, "stderr">): number {
  if (isShardliftError(error)) {
    stderr.write(`${error.message}\n`);
    return exitCodes[error.code];
  }
  stderr.write(`${renderBug(error)}\n`);
  return exitCodes.bug;
}

/** What nobody foresaw, with its stack. */
export function renderBug(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `This is a fault of Shardlift, not of your data or configuration. Please report it:\n${stack}`;
}
