import type { LedgerRow, WarehouseTransaction } from "../ports.ts";
import { refuseImbalance } from "./find-imbalance.ts";
import { followHeads } from "./follow-heads.ts";
import { buildColdRow, indexByDay, judgeCold, type Verdict } from "./ledger-moves.ts";
import type { ForDay } from "./load-transaction.ts";
import { moveTogether } from "./move-batch.ts";
import { createPrepareColumns } from "./prepare-columns.ts";
import {
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
  const prepare = createPrepareColumns(table, ports);
  const { warehouse, clock } = ports;
  return followHeads(
    targets,
    async (batch) => {
      const { ready, failed } = await prepare(batch);
      // Files never change: a day that was counted is not counted again when its batch goes again.
      const proven = new Set<ReaderTarget>();
      const refreshed = await moveTogether(ready, ports.again, async (days, forDay) => {
        await warehouse.registerCold(table, days.map(buildGenerationFiles));
        return transactSettled(warehouse, table, (transaction) =>
          refreshDays(transaction, days, context, clock.now(), { forDay, proven }),
        );
      });
      return [...failed, ...refreshed];
    },
    ports,
    context,
  );
}

/** One transaction. Counting takes long and no lock; then the lock, then the ledger decides. */
async function refreshDays(
  transaction: WarehouseTransaction,
  targets: readonly ReaderTarget[],
  context: ReaderContext,
  nowMs: number,
  proof: Proof,
): Promise<Decision<ReaderResult[]>> {
  const days = targets.map((target) => target.day);
  await proveCold(transaction, targets, proof);
  await transaction.lock();
  const ledger = indexByDay(await transaction.readLedger(days));
  const verdicts = new Map(targets.map((target) => [target, judgeCold(ledger.get(target.day), target)]));
  const kept = targets.filter((target) => verdicts.get(target) === "move");
  const rows = kept.map((target) => buildRow(target, ledger.get(target.day), context, nowMs));
  if (rows.length > 0) await transaction.writeLedger(rows);
  const results = targets.map((target) => buildResult(target, verdicts.get(target)!));
  return { value: results, days, isThere: (found) => kept.every((target) => isAt(found, target)) };
}

interface Proof {
  forDay: ForDay;
  /** Targets whose files were counted and balance. */
  proven: Set<ReaderTarget>;
}

/** Counts what the registered files of each day hold and compares it with the manifest. */
async function proveCold(
  transaction: WarehouseTransaction,
  targets: readonly ReaderTarget[],
  { forDay, proven }: Proof,
): Promise<void> {
  for (const target of targets.filter((each) => !proven.has(each))) {
    const { day, manifest } = target;
    await forDay(day, async () => {
      const { generation } = manifest;
      refuseImbalance(manifest, await transaction.measureCold([{ day, generation }]), "cold");
    });
    proven.add(target);
  }
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

const reasons: Record<Exclude<Verdict, "cold">, string> = {
  move: "cold shows this generation now",
  already: "cold has this generation already",
  newer: "the ledger names a newer generation",
};

function buildResult({ day, head, manifest }: ReaderTarget, verdict: Verdict): ReaderResult {
  if (verdict === "cold") throw new Error("policy keeps no day out of cold");
  const outcome = verdict === "move" ? "done" : verdict;
  return { day, outcome, head, reason: reasons[verdict], rows: manifest.balance.written };
}
