import type { DayExtract } from "../ports.ts";
import type { DayWork, RunLimits } from "./types.ts";

/**
 * The days of the next run, from the front of the list: one pipeline's (its rights are narrowed to that), all whole or
 * all samples of one size, within the limits, each family's day once (a report is named after it). One day at least, however big it is.
 */
export function chooseBatch(works: readonly DayWork[], limits: RunLimits): DayWork[] {
  const [first] = works;
  if (first === undefined) return [];
  const batch: DayWork[] = [];
  let bytes = 0;
  for (const work of works) {
    if (!fitsBeside(batch, work.extract) || !isOneKind(first.extract, work.extract)) continue;
    const grown = bytes + sumBytes([work]);
    if (batch.length > 0 && grown > limits.bytesPerRun) break;
    batch.push(work);
    bytes = grown;
    if (batch.length >= limits.daysPerRun) break;
  }
  return batch;
}

function isOneKind(a: DayExtract, b: DayExtract): boolean {
  return a.pipeline === b.pipeline && a.sampleRows === b.sampleRows;
}

function fitsBeside(batch: readonly DayWork[], { family, day }: DayExtract): boolean {
  return !batch.some(({ extract }) => extract.family === family && extract.day === day);
}

/** Source bytes of all files. */
export function sumBytes(works: readonly DayWork[]): number {
  const parts = works.flatMap(({ extract }) => extract.shard.parts);
  return parts.reduce((sum, part) => sum + part.bytes, 0);
}
