/**
 * Waits no longer than that: the package takes a time limit and does not keep it, and nothing ends its requests. What it
 * was asked goes on unheard; all of it only reads.
 * @throws Error with the code ETIMEDOUT where the time is up, or the signal's reason
 */
export async function withinTime<T>(work: Promise<T>, limitMs: number, signal?: AbortSignal): Promise<T> {
  const { promise: ended, forget } = createEnd(limitMs, signal);
  try {
    return await Promise.race([work, ended]);
  } finally {
    forget();
    work.catch(() => {});
  }
}

/** A promise that only rejects: when the time is up, or the signal is given. */
function createEnd(limitMs: number, signal: AbortSignal | undefined) {
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<never>((_resolve, refuse) => {
    reject = refuse;
  });
  promise.catch(() => {});
  const onAbort = () => reject(signal?.reason);
  const timer = setTimeout(() => {
    reject(Object.assign(new Error(`no answer within ${limitMs} ms`), { code: "ETIMEDOUT" }));
  }, limitMs);
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const forget = () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  };
  return { promise, forget };
}
