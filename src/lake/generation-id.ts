/**
 * Builds the id of a new generation: readable, and sorted by the time it began.
 * @param nowMs ms since the epoch
 * @param randomHex `length` random hex digits
 * @returns such as `20261120T101500123Z-8f14e45fceea`
 */
export function buildGenerationId(nowMs: number, randomHex: (length: number) => string): string {
  const moment = new Date(nowMs).toISOString().replaceAll(/[-:.]/g, "");
  return `${moment}-${randomHex(12)}`;
}
