import type { TableName } from "../config/types.ts";
import type { LedgerRow, WarehouseTransaction } from "../ports.ts";
import { followHeads } from "./follow-heads.ts";
import { buildColdRow, indexByDay, judgeCold, type Verdict } from "./ledger-moves.ts";
import { createMovePrepared } from "./move-prepared.ts";
import { proveCold } from "./prove-cold.ts";
import {
  buildFailedResult,
  buildGenerationFiles,
  type ReaderContext,
  type ReaderInput,
  type ReaderPorts,
  type ReaderResult,
  type ReaderTarget,
} from "./reader-target.ts";
import { type Decision, transactSettled } from "./settle.ts";

/**
 * Brings cold to the heads of the given days: registers the folders, counts what they hold, then moves the ledger.
 * Readers see a new generation from the ledger's move on, not before.
 * @returns one result a day, in the order of the targets; rejects only where the signal ends it
 */
export async function runRefresh(
  { table, targets }: ReaderInput,
  ports: ReaderPorts,
  context: ReaderContext,
): Promise<ReaderResult[]> {
  const moveBatch = createMovePrepared(
    (columns) => ports.again(() => ports.warehouse.prepare(table, columns)),
    async (ready) => {
      const refreshed = await ports
        .again(() => refreshBatch(table, ready, ports, context))
        .catch((error: unknown) => ready.map((target) => buildFailedResult(target.day, error)));
      context.signal.throwIfAborted();
      return refreshed;
    },
  );
  return followHeads(targets, moveBatch, ports, context);
}

async function refreshBatch(
  table: TableName,
  targets: readonly ReaderTarget[],
  ports: ReaderPorts,
  context: ReaderContext,
): Promise<ReaderResult[]> {
  const { warehouse, clock } = ports;
  // A look that saves counting. It decides nothing that the ledger under the lock does not decide again.
  const ledger = indexByDay(await readLedger(table, targets, ports));
  const [fresh, settled] = split(targets, (target) => judgeCold(ledger.get(target.day), target) === "move");
  const kept = settled.map((target) => buildResult(target, judgeCold(ledger.get(target.day), target)));
  if (fresh.length === 0) return kept;
  await warehouse.registerCold(table, fresh.map(buildGenerationFiles));
  const { sound, failed } = await proveCold(table, fresh, ports);
  if (sound.length === 0) return [...kept, ...failed];
  const moved = await transactSettled(warehouse, table, (transaction) =>
    moveCold(transaction, sound, context, clock.now()),
  );
  return [...kept, ...failed, ...moved];
}

async function readLedger(
  table: TableName,
  targets: readonly ReaderTarget[],
  { warehouse }: ReaderPorts,
): Promise<LedgerRow[]> {
  const days = targets.map((target) => target.day).sort();
  const [first, last] = [days[0], days.at(-1)];
  return first === undefined || last === undefined ? [] : warehouse.readLedger(table, { first, last });
}

function split<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** One transaction: the lock row, then the ledger decides, then it moves. */
async function moveCold(
  transaction: WarehouseTransaction,
  targets: readonly ReaderTarget[],
  context: ReaderContext,
  nowMs: number,
): Promise<Decision<ReaderResult[]>> {
  const days = targets.map((target) => target.day);
  await transaction.lock();
  const ledger = indexByDay(await transaction.readLedger(days));
  const verdicts = new Map(targets.map((target) => [target, judgeCold(ledger.get(target.day), target)]));
  const kept = targets.filter((target) => verdicts.get(target) === "move");
  const rows = kept.map((target) => buildRow(target, ledger.get(target.day), context, nowMs));
  if (rows.length > 0) await transaction.writeLedger(rows);
  const results = targets.map((target) => buildResult(target, verdicts.get(target)!));
  return { value: results, days, isThere: (found) => kept.every((target) => isAt(found, target)) };
}

function buildRow(
  target: ReaderTarget,
  row: LedgerRow | undefined,
  context: ReaderContext,
  nowMs: number,
): LedgerRow {
  const finalAtMs = context.finalAtMs(target.day, target.manifest.source.kind);
  return buildColdRow(row, target, { finalAtMs, nowMs });
}

function isAt(ledger: ReadonlyMap<string, LedgerRow>, { day, head }: ReaderTarget): boolean {
  const row = ledger.get(day);
  return row?.coldGeneration === head.generation && row.coldSequence === head.sequence;
}

type ColdVerdict = Exclude<Verdict, "cold">;

const reasons: Record<ColdVerdict, string> = {
  move: "cold shows this generation now",
  already: "cold has this generation already",
  newer: "the ledger names a newer generation",
};

function buildResult({ day, head, manifest }: ReaderTarget, verdict: ColdVerdict): ReaderResult {
  const outcome = verdict === "move" ? "done" : verdict;
  return { day, outcome, head, reason: reasons[verdict], rows: manifest.balance.written };
}
