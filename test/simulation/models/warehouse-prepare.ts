import type { TableName } from "../../../src/config/types.ts";
import { type Evolution, hasChanges, planEvolution } from "../../../src/days/evolution.ts";
import type { Column } from "../../../src/days/schema.ts";
import { ShardliftError } from "../../../src/errors.ts";
import { turn, type Work } from "../kernel/types.ts";
import { describeTable, requireTable, type TableState, type Tables } from "./warehouse-tables.ts";

/** DDL: each statement commits by itself, so that others see a table half grown, and may grow it meanwhile. */
export function* prepareTable(tables: Tables, table: TableName, wanted: readonly Column[]): Work<void> {
  // Looked at as a whole first: where one column cannot be, no other is touched.
  evolve(table, tables.find(table), wanted);
  yield turn;
  if (tables.find(table) === null) {
    const { columns } = evolve(table, null, wanted);
    tables.save(table, { columns, hot: [], ledger: [], cold: [], loaded: new Map() });
    return;
  }
  for (const column of wanted) {
    const state = requireTable(tables, table);
    const evolution = evolve(table, state, [column]);
    if (!hasChanges(evolution)) continue;
    tables.save(table, { ...state, columns: evolution.columns });
    yield turn;
  }
}

/** @throws ShardliftError `refused` where types cannot be brought together */
function evolve(table: TableName, state: TableState | null, wanted: readonly Column[]): Evolution {
  const evolution = planEvolution(state?.columns ?? [], wanted);
  if (evolution.conflicts.length === 0) return evolution;
  throw new ShardliftError("refused", {
    failed: `The columns of ${describeTable(table)} cannot become what the rows need.`,
    rule: evolution.conflicts.map(({ rule }) => rule).join("; "),
    received: evolution.conflicts.map(({ existing, wanted }) => `${existing} → ${wanted}`).join("; "),
  });
}
