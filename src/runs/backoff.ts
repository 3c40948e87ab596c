const firstMs = 5_000;
const longestMs = 60_000;

/** How long to wait after nothing happened `times` times in a row, ms: 5 s growing to 60 s. */
export function backoffMs(times: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(times, 10));
}
