import type { LedgerRow } from "../../../src/ports.ts";
import type { HotBatch, LedgerEntry, TableState } from "./warehouse-tables.ts";

/** What one transaction has done so far; nobody else sees it before COMMIT. */
export interface Changes {
  copied: HotBatch[];
  deleted: Set<HotBatch>;
  inserted: LedgerEntry[];
  /** By the ledger row's id. */
  updated: Map<number, LedgerRow>;
  loaded: Map<string, number>;
}

export function createChanges(): Changes {
  return { copied: [], deleted: new Set(), inserted: [], updated: new Map(), loaded: new Map() };
}

export function isEmpty(changes: Changes): boolean {
  const { copied, deleted, inserted, updated, loaded } = changes;
  return copied.length + deleted.size + inserted.length + updated.size + loaded.size === 0;
}

/**
 * A state with a transaction's changes on it: of a snapshot, what the transaction sees; of the newest state, what
 * COMMIT leaves. A row that is gone meanwhile is not brought back.
 */
export function applyChanges(state: TableState, changes: Changes): TableState {
  const { copied, deleted, inserted, updated, loaded } = changes;
  return {
    ...state,
    hot: [...state.hot, ...copied].filter((batch) => !deleted.has(batch)),
    ledger: [...state.ledger, ...inserted].map(({ id, row }) => ({ id, row: updated.get(id) ?? row })),
    loaded: loaded.size === 0 ? state.loaded : new Map([...state.loaded, ...loaded]),
  };
}
