/**
 * The one error class. A known error is a message for people and an exit code; anything else is our bug
 * and keeps its stack. Adapters turn vendor errors into this class once, at their edge.
 */

/** What went wrong, as a closed list; each has one exit code (see `exitCodes`). */
export type ErrorCode =
  | "usage" // the command line
  | "config" // pipeline or environment file, or something they name
  | "data" // a shard cannot be read as what it claims to be, or a rule of the lake would be broken
  | "balance" // counts or checksums do not agree
  | "outside" // an outside system failed
  | "not-ready" // nothing is wrong; ask again later
  | "lost-race" // another run committed this day first; plan it anew
  | "refused" // a guard stopped the run: shrunken shard, max_read, frozen schema, held day
  | "interrupted" // SIGINT
  | "terminated" // SIGTERM
  | "bug";

/** sysexits-like codes of the task contract (docs/operations.md). */
export const exitCodes = {
  done: 0,
  nothing: 99,
  usage: 64,
  config: 64,
  data: 65,
  balance: 65,
  refused: 65,
  outside: 69,
  bug: 70,
  "not-ready": 75,
  "lost-race": 75,
  interrupted: 130,
  terminated: 143,
} as const satisfies Record<ErrorCode | "done" | "nothing", number>;

/** The four parts of a message: what failed, the rule, what was received, what to do. */
export interface ErrorParts {
  failed: string;
  rule?: string;
  /** File:line for configuration, file or object name for data. */
  received?: string;
  remedy?: string;
}

export class ShardliftError extends Error {
  readonly code: ErrorCode;
  /** Whether the same call may succeed later with nothing changed by a person. */
  readonly retryable: boolean;
  readonly parts: ErrorParts;

  constructor(code: ErrorCode, parts: ErrorParts, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(renderErrorParts(parts), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ShardliftError";
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.parts = parts;
  }
}

/** One line per part; the first stands alone where a single line is wanted. */
export function renderErrorParts(parts: ErrorParts): string {
  const lines = [parts.failed];
  if (parts.rule) lines.push(`  rule: ${parts.rule}`);
  if (parts.received) lines.push(`  received: ${parts.received}`);
  if (parts.remedy) lines.push(`  to do: ${parts.remedy}`);
  return lines.join("\n");
}

export function isShardliftError(error: unknown): error is ShardliftError {
  return error instanceof ShardliftError;
}

/** An error as part of a line of JSON: its code and all its parts. */
export interface DescribedError extends ErrorParts {
  code: ErrorCode;
  retryable: boolean;
}

export function describeError(error: unknown): DescribedError {
  if (isShardliftError(error)) return { code: error.code, retryable: error.retryable, ...error.parts };
  return { code: "bug", retryable: false, failed: error instanceof Error ? error.message : String(error) };
}

/** Of several days with several outcomes the worst counts, in this order (design, section 4). */
const severity = [143, 130, 70, 65, 69, 64, 75, 0, 99] as const;

/** @returns the exit code that stands for all; 99 only where nothing at all was done. */
export function worstExitCode(codes: readonly number[]): number {
  return severity.find((code) => codes.includes(code)) ?? exitCodes.nothing;
}
