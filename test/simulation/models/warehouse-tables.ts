import type { TableName } from "../../../src/config/types.ts";
import type { Day } from "../../../src/days/day.ts";
import type { Column } from "../../../src/days/schema.ts";
import { ShardliftError } from "../../../src/errors.ts";
import type { LedgerRow } from "../../../src/ports.ts";
import type { Batch } from "./content.ts";

/** Rows of one copied file; a file that is copied twice is two of these. */
export interface HotBatch extends Batch {
  key: string;
}

/** The ledger has no primary key: only `id` tells two rows of one day apart. */
export interface LedgerEntry {
  id: number;
  row: LedgerRow;
}

/** A folder of the external table's inventory, with the files that it held when it was registered. */
export interface ColdFolder {
  day: Day;
  generation: string;
  keys: readonly string[];
}

/** One committed state of a hot table and its sisters; never changed, only replaced: whoever holds one has a snapshot. */
export interface TableState {
  columns: readonly Column[];
  hot: readonly HotBatch[];
  ledger: readonly LedgerEntry[];
  cold: readonly ColdFolder[];
  /** Load metadata: bytes of each file that a COPY brought, by key. DELETE does not clear it. */
  loaded: ReadonlyMap<string, number>;
}

export interface Tables {
  /** Grows with every committed change. */
  readonly revision: number;
  /** The newest committed state; null where the table was never prepared. */
  find(name: TableName): TableState | null;
  save(name: TableName, state: TableState): void;
  nextId(): number;
}

export function createTables(): Tables {
  const states = new Map<string, TableState>();
  let revision = 0;
  let ids = 0;
  return {
    get revision() {
      return revision;
    },
    find: (name) => states.get(describeTable(name)) ?? null,
    save: (name, state) => {
      states.set(describeTable(name), state);
      revision += 1;
    },
    nextId: () => ids++,
  };
}

/** @throws ShardliftError `data` where the table was never prepared */
export function requireTable(tables: Tables, name: TableName): TableState {
  const state = tables.find(name);
  if (state === null) {
    throw new ShardliftError("data", { failed: `The table ${describeTable(name)} was never prepared.` });
  }
  return state;
}

/** Unambiguous, whatever characters a name has. */
export function describeTable({ schema, table }: TableName): string {
  return `${JSON.stringify(schema)}.${JSON.stringify(table)}`;
}
