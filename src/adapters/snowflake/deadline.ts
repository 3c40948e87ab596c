import type { Clock } from "../../ports.ts";

export interface Deadline {
  clock: Clock;
  /** Ends the wait before its time. */
  signal?: AbortSignal | undefined;
  afterMs: number;
  /** What to reject with where the time is up. */
  buildError(): unknown;
}

/**
 * Waits no longer than that. The driver's own retries have no end worth the name, and nothing stops them: what it was
 * asked goes on unheard.
 */
export async function withDeadline<T>(
  work: Promise<T>,
  { clock, signal, afterMs, buildError }: Deadline,
): Promise<T> {
  const done = new AbortController();
  const end = signal === undefined ? done.signal : AbortSignal.any([done.signal, signal]);
  const timeUp = clock.sleep(afterMs, end).then(
    () => {
      throw buildError();
    },
    (reason) => {
      throw signal?.aborted ? signal.reason : reason;
    },
  );
  timeUp.catch(() => {});
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    done.abort();
    work.catch(() => {});
  }
}
