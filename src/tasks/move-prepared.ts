import type { Column } from "../days/schema.ts";
import { isShardliftError } from "../errors.ts";
import { isImbalanceOfColumns } from "./find-imbalance.ts";
import type { MoveBatch } from "./follow-heads.ts";
import { createPrepareColumns, type PrepareColumns } from "./prepare-columns.ts";
import type { ReaderResult, ReaderTarget } from "./reader-target.ts";

/**
 * Prepares the table for a batch, then moves it. Another run may change the table's columns in between, which no lock
 * forbids: what it does to rows or counts of ours looks like a fault of the day's data. So days that fail by their
 * data, or by values of columns alone, go once more, after the table was prepared anew; what fails again is the day's own fault.
 */
export function createMovePrepared(
  prepareTable: (columns: readonly Column[]) => Promise<void>,
  move: MoveBatch,
): MoveBatch {
  const prepare = createPrepareColumns(prepareTable);
  return async (batch) => {
    const first = await moveOnce(prepare, batch, move);
    const doubtful = new Set(first.filter(isDoubtful).map(({ day }) => day));
    if (doubtful.size === 0) return first;
    const rest = batch.filter(({ day }) => doubtful.has(day));
    const second = await moveOnce(createPrepareColumns(prepareTable), rest, move);
    return [...first.filter(({ day }) => !doubtful.has(day)), ...second];
  };
}

async function moveOnce(
  prepare: PrepareColumns,
  batch: readonly ReaderTarget[],
  move: MoveBatch,
): Promise<ReaderResult[]> {
  const { ready, failed } = await prepare(batch);
  return ready.length === 0 ? failed : [...failed, ...(await move(ready))];
}

function isDoubtful(result: ReaderResult): boolean {
  if (result.outcome !== "failed" || !isShardliftError(result.error)) return false;
  return result.error.code === "data" || isImbalanceOfColumns(result.error);
}
