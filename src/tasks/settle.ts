import type { TableName } from "../config/types.ts";
import type { Day } from "../days/day.ts";
import { isShardliftError, ShardliftError } from "../errors.ts";
import type { LedgerRow, Warehouse, WarehouseTransaction } from "../ports.ts";
import { indexByDay } from "./ledger-moves.ts";

/** How often a transaction begins anew because the ledger moved under it or its end was not heard of. */
const maxAttempts = 8;

/** One try of a transaction: what it decided, and whether the ledger says that it came to be. */
export interface Decision<T> {
  value: T;
  days: readonly Day[];
  isThere(ledger: ReadonlyMap<Day, LedgerRow>): boolean;
}

/** Thrown inside a transaction whose premises another one changed; it is rolled back and begun anew. */
export function buildOvertaken(day: Day): ShardliftError {
  return new ShardliftError(
    "lost-race",
    { failed: `${day} was moved by another run while it was being moved here.` },
    { retryable: true },
  );
}

/**
 * Runs one transaction to an outcome that is known. Where the answer to COMMIT is lost, a new session takes the lock
 * row (so that whatever the old one left has ended) and reads the ledger: done, or begun anew. Where another run
 * came first, begun anew. A COPY is never repeated inside a transaction: only whole transactions are.
 */
export async function transactSettled<T>(
  warehouse: Warehouse,
  table: TableName,
  work: (transaction: WarehouseTransaction) => Promise<Decision<T>>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let decision: Decision<T> | null = null;
    try {
      return await warehouse.transact(table, async (transaction) => {
        decision = await work(transaction);
        return decision.value;
      });
    } catch (error) {
      if (!isShardliftError(error) || !error.retryable) throw error;
      if (decision === null && error.code !== "lost-race") throw error;
      if (decision !== null && (await isCommitted(warehouse, table, decision))) {
        return (decision as Decision<T>).value;
      }
      if (attempt >= maxAttempts) throw error;
    }
  }
}

async function isCommitted(
  warehouse: Warehouse,
  table: TableName,
  decision: Decision<unknown>,
): Promise<boolean> {
  return warehouse.transact(table, async (transaction) => {
    await transaction.lock();
    return decision.isThere(indexByDay(await transaction.readLedger(decision.days)));
  });
}
