import type { TableName } from "../config/types.ts";
import type { Day } from "../days/day.ts";
import type { Manifest } from "../lake/types.ts";
import type { DayMeasure, LedgerRow, WarehouseTransaction } from "../ports.ts";
import { refuseImbalance } from "./find-imbalance.ts";
import { buildPrunedRow } from "./ledger-moves.ts";
import {
  buildFailedResult,
  type HeadPosition,
  type ReaderContext,
  type ReaderPorts,
} from "./reader-target.ts";
import { type Decision, transactSettled } from "./settle.ts";

export interface PruneInput {
  table: TableName;
  days: readonly Day[];
}

export type PruneResult =
  | { day: Day; outcome: "done" | "already" | "kept"; reason: string; rows: number }
  | { day: Day; outcome: "failed"; reason: string; error: unknown };

type PruneContext = Pick<ReaderContext, "isHotDay" | "signal"> & { onResult(result: PruneResult): void };

/**
 * Deletes days that policy does not keep hot from the hot table, each where manifest, head and what was counted in
 * cold prove the copy; one transaction a day, since a day that leaves hot is a rare and small thing.
 * @returns one result a day; `kept` is a day that must not go (yet)
 */
export async function runPrune(
  { table, days }: PruneInput,
  ports: ReaderPorts,
  context: PruneContext,
): Promise<PruneResult[]> {
  const results: PruneResult[] = [];
  for (const day of days) {
    context.signal.throwIfAborted();
    const result = await ports
      .again(() => pruneDay(table, day, ports, context))
      .catch((error: unknown) => buildFailedResult(day, error) as PruneResult);
    context.signal.throwIfAborted();
    context.onResult(result);
    results.push(result);
  }
  return results;
}

async function pruneDay(
  table: TableName,
  day: Day,
  ports: ReaderPorts,
  context: PruneContext,
): Promise<PruneResult> {
  if (context.isHotDay(day)) return keep(day, policyKeeps);
  const head = await ports.readHead(day);
  if (head === null) return keep(day, "the day has no head");
  const manifest = await ports.readManifest(day, head.generation);
  const result = await transactSettled(ports.warehouse, table, (transaction) =>
    pruneProven(transaction, day, manifest, ports, context),
  );
  if (result.outcome !== "kept") await ports.markReached(day, null);
  return result;
}

/** Counts cold first, which takes long and no lock; then the lock row, and all is looked at again. */
async function pruneProven(
  transaction: WarehouseTransaction,
  day: Day,
  manifest: Manifest,
  ports: ReaderPorts,
  context: PruneContext,
): Promise<Decision<PruneResult>> {
  const counted = await transaction.measureCold([{ day, generation: manifest.generation }]);
  await transaction.lock();
  const [row] = await transaction.readLedger([day]);
  const head = await ports.readHead(day);
  // Somebody may have deleted the ledger's row: what it does not call hot any more may lie there all the same.
  const strays = isHotBy(row) ? [] : await transaction.measureHot([day]);
  const isHotDay = context.isHotDay(day);
  const result = judgePrune({ day, row, head, manifest, counted, strays, isHotDay });
  if (row !== undefined && result.outcome === "done") {
    await transaction.deleteHot(day, { all: true });
    await transaction.writeLedger([buildPrunedRow(row)]);
  }
  const isThere = (ledger: ReadonlyMap<Day, LedgerRow>) => ledger.get(day)?.hotGeneration === null;
  return { value: result, days: [day], isThere: result.outcome === "done" ? isThere : () => true };
}

/** All that says whether a day may leave hot, as read under the lock. */
export interface PruneFacts {
  day: Day;
  row: LedgerRow | undefined;
  head: HeadPosition | null;
  /** Of the generation that was counted in cold. */
  manifest: Manifest;
  counted: readonly DayMeasure[];
  /** Rows in hot of a day that the ledger does not call hot. */
  strays: readonly DayMeasure[];
  isHotDay: boolean;
}

/**
 * Hot = proven cold = head. An older generation in hot may go as well: policy does not load such a day again, and
 * whoever reads `_all` only moves forward when it goes.
 * @throws ShardliftError `balance` where cold does not hold what the manifest says
 */
export function judgePrune(facts: PruneFacts): PruneResult {
  const { day, row, head, manifest, counted, strays, isHotDay } = facts;
  if (isHotDay) return keep(day, policyKeeps);
  if (!isHotBy(row) && strays.length === 0) {
    return { day, outcome: "already", reason: "the day is not hot", rows: 0 };
  }
  if (row === undefined) return keep(day, "the ledger does not know the day");
  if (head === null || head.generation !== manifest.generation) return keep(day, "the head has moved");
  if (row.coldGeneration !== head.generation || row.coldSequence !== head.sequence) {
    return keep(day, `cold is at ${row.coldGeneration ?? "no generation"}, the head at ${head.generation}`);
  }
  if ((row.hotSequence ?? 0) > head.sequence) return keep(day, "hot is ahead of the head");
  refuseImbalance(manifest, counted, "cold");
  return { day, outcome: "done", reason: "beyond retention, and proven in cold", rows: row.rows };
}

function isHotBy(row: LedgerRow | undefined): boolean {
  return (row?.hotGeneration ?? null) !== null;
}

const policyKeeps = "policy keeps this day hot";

function keep(day: Day, reason: string): PruneResult {
  return { day, outcome: "kept", reason, rows: 0 };
}
