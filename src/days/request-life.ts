/**
 * How long what was sent may still take effect. A call that was not answered may be done, not done, or done later:
 * these are the times after which protocols believe that it is over (docs/decisions/catalog-intents.md).
 */

/**
 * Our assumption: no request takes effect later than this after it was sent. Vendors' clients give up after minutes,
 * and so does whatever queues a request behind them; an hour is far beyond both.
 */
export const requestLifeMs = 3_600_000;

/** An intent older than this is written anew before anything more is sent for its sake. */
export const intentFreshMs = requestLifeMs / 2;

/**
 * An intent older than this can do nothing any more: its last request was sent while it was fresh, or at most half a
 * request's life later (a process that was stopped between looking and sending), and has outlived itself since.
 */
export const intentLifeMs = 2 * requestLifeMs;

/**
 * Where requests outlive processes, nothing younger may be deleted: a swap that lands late makes a generation look
 * one request's life older than it is, and its readers' intents live for two.
 */
export const shortestKeepMs = 4 * requestLifeMs;

/** Whether what was meant at `sinceMs` is over for certain at `nowMs`; both by the store's clock. */
export function hasOutlivedIntent(sinceMs: number, nowMs: number): boolean {
  return nowMs - sinceMs >= intentLifeMs;
}
