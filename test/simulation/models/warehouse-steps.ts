import type { Day } from "../../../src/days/day.ts";
import type { LedgerRow, WarehouseTransaction } from "../../../src/ports.ts";
import type { FaultName } from "../kernel/faults.ts";
import { turn, type Work } from "../kernel/types.ts";
import { applyChanges } from "./warehouse-changes.ts";
import { listFiles } from "./warehouse-cold.ts";
import { copyGeneration } from "./warehouse-copy.ts";
import type { LockName } from "./warehouse-locks.ts";
import { answerLater, measureFiles, measureHotOf, readLedgerOf } from "./warehouse-measure.ts";
import { runStatement, type Server, type Session, statementFaults } from "./warehouse-session.ts";
import { describeTable, type HotBatch, requireTable, type TableState } from "./warehouse-tables.ts";

type Which = Parameters<WarehouseTransaction["deleteHot"]>[1];

const lockingFaults = [...statementFaults, "too many waiters"] as const satisfies FaultName[];

/** The statements of one transaction. Read committed: each sees what was committed when it began, and its own. */
export function createSteps(server: Server, session: Session): WarehouseTransaction {
  const run = <T>(method: string, detail: string, faults: readonly FaultName[], work: () => Work<T>) =>
    runStatement(server, session, { method, detail, faults, work });
  const look = <T>(method: string, detail: string, work: (seen: TableState) => Work<T>) =>
    run(method, detail, statementFaults, () => work(see(server, session)));
  return {
    copy: (generation) => copyGeneration(server, session, generation),
    lock: () =>
      run("lock", "", lockingFaults, function* () {
        yield* takeLock(server, session, "lock row");
        yield turn;
      }),
    readLedger: (days) => look("readLedger", days.join(" "), (seen) => answerLater(readLedgerOf(seen, days))),
    writeLedger: (rows) =>
      run("writeLedger", rows.map(describeRow).join(", "), lockingFaults, () => merge(server, session, rows)),
    deleteHot: (day, which) =>
      run("deleteHot", `${day} ${JSON.stringify(which)}`, lockingFaults, () =>
        deleteBatches(server, session, day, which),
      ),
    measureHot: (days) => look("measureHot", days.join(" "), (seen) => answerLater(measureHotOf(seen, days))),
    measureCold: (generations) =>
      look("measureCold", generations.map(({ generation }) => generation).join(" "), (seen) =>
        measureFiles(seen, server.lake, listFiles(seen, generations), "all"),
      ),
  };
}

function see({ tables }: Server, { table, changes }: Session): TableState {
  return applyChanges(requireTable(tables, table), changes);
}

/** @returns what the statement sees: of one that waited, documentation does not say whether before or after */
function* takeLock(server: Server, session: Session, lock: LockName): Work<TableState> {
  const { kernel, locks } = server;
  const before = see(server, session);
  const waited = yield* locks.take(session, describeTable(session.table), lock);
  if (!waited) return before;
  const isAfter = kernel.decide(`a statement that waited for the ${lock} sees the rows from after its wait`);
  kernel.count(isAfter ? "waited, sees after" : "waited, sees before");
  return isAfter ? see(server, session) : before;
}

/** MERGE by day: every row that its snapshot has of the day is updated; where there is none, one is inserted. */
function* merge(server: Server, session: Session, rows: readonly LedgerRow[]): Work<void> {
  const { ledger } = yield* takeLock(server, session, "ledger");
  for (const row of rows) {
    const matched = ledger.filter((entry) => entry.row.day === row.day);
    for (const { id } of matched) session.changes.updated.set(id, row);
    if (matched.length === 0) session.changes.inserted.push({ id: server.tables.nextId(), row });
  }
  yield turn;
}

function* deleteBatches(server: Server, session: Session, day: Day, which: Which): Work<void> {
  const { hot } = yield* takeLock(server, session, "hot");
  for (const batch of hot) {
    if (batch.day === day && isMeant(batch, which)) session.changes.deleted.add(batch);
  }
  yield turn;
}

function isMeant({ generation }: HotBatch, which: Which): boolean {
  if ("all" in which) return true;
  return "except" in which ? generation !== which.except : generation === which.only;
}

function describeRow({ day, hotGeneration, coldGeneration }: LedgerRow): string {
  return `${day} hot ${hotGeneration ?? "-"} cold ${coldGeneration ?? "-"}`;
}
