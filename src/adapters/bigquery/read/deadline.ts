import { ShardliftError } from "../../../errors.ts";
import type { Clock } from "../../../ports.ts";

/** Timers hold 32 bits of ms. */
const maxTimerMs = 2 ** 31 - 1;

/** A signal that is given at an instant. */
export function createDeadline(deadlineMs: number, clock: Clock): { signal: AbortSignal; forget(): void } {
  const late = new AbortController();
  const leftMs = deadlineMs - clock.now();
  if (leftMs <= 0) late.abort(buildLateError());
  const timer = setTimeout(() => late.abort(buildLateError()), Math.min(Math.max(leftMs, 0), maxTimerMs));
  return { signal: late.signal, forget: () => clearTimeout(timer) };
}

function buildLateError(): ShardliftError {
  return new ShardliftError(
    "outside",
    {
      failed: "Bringing rows from BigQuery took too long and was stopped.",
      rule: "an attempt ends after half of `keep`, so that repair never removes what is still being written",
      remedy: "raise `keep`, or look at the way between here and Google",
    },
    { retryable: true },
  );
}
