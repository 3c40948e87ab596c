import { ShardliftError } from "../errors.ts";
import type { Manifest } from "../lake/types.ts";
import type { DayMeasure } from "../ports.ts";

/**
 * Compares what was counted of a day with its manifest: one generation only, rows, checksum, and non-null values
 * of every column on either side.
 * @param measures all that was counted for this day, whatever day and generation its rows name; none where there
 * are no rows
 * @returns the differences in words; empty where all balance
 */
export function findImbalance(manifest: Manifest, measures: readonly DayMeasure[]): string[] {
  const isOwn = ({ day, generation }: DayMeasure) =>
    day === manifest.day && generation === manifest.generation;
  const found = measures.find(isOwn);
  const differences = measures
    .filter((measure) => !isOwn(measure))
    .map(({ day, generation, rows }) => `${rows} rows of ${day}, generation ${generation}, beside it`);
  const rows = found?.rows ?? 0;
  if (rows !== manifest.balance.written) {
    differences.push(`${rows} rows where the manifest has ${manifest.balance.written}`);
  }
  const checksum = found?.checksum ?? "0";
  if (checksum !== manifest.checksum) {
    differences.push(`checksum ${checksum} where the manifest has ${manifest.checksum}`);
  }
  return [...differences, ...compareNonNull(manifest.nonNull, found?.nonNull ?? {})];
}

/** A column that one side does not have holds no values there. */
function compareNonNull(expected: Record<string, number>, counted: Record<string, number>): string[] {
  return [...new Set([...Object.keys(expected), ...Object.keys(counted)])]
    .filter((name) => (expected[name] ?? 0) !== (counted[name] ?? 0))
    .map((name) => `${counted[name] ?? 0} values in ${name} where the manifest has ${expected[name] ?? 0}`);
}

/** @throws ShardliftError `balance` where there are differences; `place` is hot or cold */
export function refuseImbalance(
  manifest: Manifest,
  measures: readonly DayMeasure[],
  place: "hot" | "cold",
): void {
  const differences = findImbalance(manifest, measures);
  if (differences.length === 0) return;
  const error = new ShardliftError("balance", {
    failed: `${manifest.day} does not balance in the ${place} table.`,
    rule: `rows, checksum and non-null counts equal the manifest of generation ${manifest.generation}`,
    received: differences.join("; "),
    remedy: "nothing was changed; run reconcile, and extract the day again where its files are damaged",
  });
  if (differences.every((text) => / values in /.test(text))) ofColumnsAlone.add(error);
  throw error;
}

const ofColumnsAlone = new WeakSet<Error>();

/** Whether rows and checksum agree and values of columns do not: what a column that went away leaves behind. */
export function isImbalanceOfColumns(error: Error): boolean {
  return ofColumnsAlone.has(error);
}
