import type { Day } from "../days/day.ts";
import type { LedgerRow, WarehouseTransaction } from "../ports.ts";
import { refuseImbalance } from "./find-imbalance.ts";
import { buildHotRow, indexByDay, judgeHot, type Verdict } from "./ledger-moves.ts";
import {
  buildGenerationFiles,
  type ReaderContext,
  type ReaderResult,
  type ReaderTarget,
} from "./reader-target.ts";
import { buildOvertaken, type Decision } from "./settle.ts";

type Policy = Pick<ReaderContext, "isHotDay" | "finalAtMs">;
type Ledger = ReadonlyMap<Day, LedgerRow>;

/** A step that belongs to one day: who called may blame it, and let the others go again without it. */
export type ForDay = <T>(day: Day, step: () => Promise<T>) => Promise<T>;

/**
 * Brings hot to the targets inside one transaction: COPY first, which locks nothing; then the lock row; then the
 * ledger decides; then the rows are counted as they will be read.
 */
export async function loadDays(
  transaction: WarehouseTransaction,
  targets: readonly ReaderTarget[],
  policy: Policy,
  nowMs: number,
  forDay: ForDay,
): Promise<Decision<ReaderResult[]>> {
  const days = targets.map((target) => target.day);
  // A look that saves COPYs. It decides nothing that the ledger under the lock does not decide again.
  const before = indexByDay(await transaction.readLedger(days));
  if (targets.every((target) => judge(before, target, policy) !== "move")) {
    const unchanged = targets.map((target) => buildResult(target, judge(before, target, policy)));
    return { value: unchanged, days, isThere: () => true };
  }
  const copied = await copyMissing(transaction, targets, before, policy, forDay);
  await transaction.lock();
  const ledger = indexByDay(await transaction.readLedger(days));
  const verdicts = new Map(targets.map((target) => [target, judge(ledger, target, policy)]));
  refuseOvertaken(targets, ledger, copied, verdicts);
  const kept = targets.filter((target) => verdicts.get(target) === "move");
  await deleteOthers(transaction, targets, kept, copied);
  await moveLedger(transaction, kept, ledger, policy, nowMs);
  await checkHot(transaction, kept, forDay);
  const results = targets.map((target) => buildResult(target, verdicts.get(target)!));
  return { value: results, days, isThere: (found) => kept.every((target) => isAt(found, target)) };
}

function judge(ledger: Ledger, target: ReaderTarget, policy: Policy): Verdict {
  return judgeHot(ledger.get(target.day), target, policy.isHotDay(target.day));
}

/** After a rollback to it, a generation can be named by a newer head while its rows are hot already: no COPY then. */
async function copyMissing(
  transaction: WarehouseTransaction,
  targets: readonly ReaderTarget[],
  ledger: Ledger,
  policy: Policy,
  forDay: ForDay,
): Promise<Set<ReaderTarget>> {
  const missing = targets.filter(
    (target) => judge(ledger, target, policy) === "move" && !isHotThere(ledger, target),
  );
  for (const target of missing) {
    await forDay(target.day, () => transaction.copy(buildGenerationFiles(target)));
  }
  return new Set(missing);
}

function isHotThere(ledger: Ledger, target: ReaderTarget): boolean {
  return ledger.get(target.day)?.hotGeneration === target.head.generation;
}

/**
 * Between the look and the lock another run may have brought, or taken away, this very generation. Its rows and ours
 * cannot be told apart, so nothing can be dropped: the transaction begins anew.
 */
function refuseOvertaken(
  targets: readonly ReaderTarget[],
  ledger: Ledger,
  copied: ReadonlySet<ReaderTarget>,
  verdicts: ReadonlyMap<ReaderTarget, Verdict>,
): void {
  const overtaken = targets.find((target) => {
    const isThere = isHotThere(ledger, target);
    return copied.has(target) ? isThere : !isThere && verdicts.get(target) === "move";
  });
  if (overtaken !== undefined) throw buildOvertaken(overtaken.day);
}

/** Of a day that moves, every other generation goes; of a day that drops out, the rows just copied. */
async function deleteOthers(
  transaction: WarehouseTransaction,
  targets: readonly ReaderTarget[],
  kept: readonly ReaderTarget[],
  copied: ReadonlySet<ReaderTarget>,
): Promise<void> {
  for (const target of targets) {
    const { generation } = target.head;
    if (kept.includes(target)) await transaction.deleteHot(target.day, { except: generation });
    else if (copied.has(target)) await transaction.deleteHot(target.day, { only: generation });
  }
}

async function moveLedger(
  transaction: WarehouseTransaction,
  kept: readonly ReaderTarget[],
  ledger: Ledger,
  policy: Policy,
  nowMs: number,
): Promise<void> {
  const rows = kept.map((target) => {
    const finalAtMs = policy.finalAtMs(target.day, target.manifest.source.kind);
    return buildHotRow(ledger.get(target.day), target, { finalAtMs, nowMs });
  });
  if (rows.length > 0) await transaction.writeLedger(rows);
}

/** The last act before COMMIT: what readers will see equals the manifests. */
async function checkHot(
  transaction: WarehouseTransaction,
  kept: readonly ReaderTarget[],
  forDay: ForDay,
): Promise<void> {
  if (kept.length === 0) return;
  const measures = await transaction.measureHot(kept.map((target) => target.day));
  for (const { day, manifest } of kept) {
    const ofDay = measures.filter((measure) => measure.day === day);
    await forDay(day, async () => refuseImbalance(manifest, ofDay, "hot"));
  }
}

function isAt(ledger: Ledger, { day, head }: ReaderTarget): boolean {
  const row = ledger.get(day);
  return row?.hotGeneration === head.generation && row.hotSequence === head.sequence;
}

const reasons: Record<Verdict, string> = {
  move: "loaded into hot",
  already: "hot has this generation already",
  newer: "the ledger names a newer generation",
  cold: "policy does not keep this day hot",
};

function buildResult({ day, head, manifest }: ReaderTarget, verdict: Verdict): ReaderResult {
  const outcome = verdict === "move" ? "done" : verdict;
  return { day, outcome, head, reason: reasons[verdict], rows: manifest.balance.written };
}
