import type { TableName } from "../../../src/config/types.ts";
import type { Day } from "../../../src/days/day.ts";
import { ShardliftError } from "../../../src/errors.ts";
import type { LedgerRow, Warehouse } from "../../../src/ports.ts";
import { changingFaults, readingFaults } from "../kernel/faults.ts";
import type { Kernel, Process, Work } from "../kernel/types.ts";
import { joinCold, type Shown, showAll, showCold } from "./views.ts";
import { registerCold, unregisterCold } from "./warehouse-cold.ts";
import type { LakeView } from "./warehouse-files.ts";
import { createLocks } from "./warehouse-locks.ts";
import { answerLater, isWithin, measureFiles, measureHotOf, readLedgerOf } from "./warehouse-measure.ts";
import { prepareTable } from "./warehouse-prepare.ts";
import { abandonSession, endSession, type Server } from "./warehouse-session.ts";
import {
  type ColdFolder,
  createTables,
  describeTable,
  type HotBatch,
  type TableState,
} from "./warehouse-tables.ts";
import { runTransaction } from "./warehouse-transaction.ts";

/** A warehouse as Snowflake documents itself. All but `connect` is what is committed at this moment. */
export interface WarehouseModel {
  connect(process: Process): Warehouse;
  /** Grows whenever anything visible changes. */
  readonly revision: number;
  /** Every row, several of one day included. */
  ledger(table: TableName): LedgerRow[];
  hot(table: TableName): readonly HotBatch[];
  /** What is registered. */
  coldFolders(table: TableName): readonly ColdFolder[];
  /** What `<table>_cold` shows. */
  shownCold(table: TableName, day: Day): Shown;
  /** What `<table>_all` shows. */
  shownAll(table: TableName, day: Day): Shown;
  /** The operator's DELETE; @returns false where there is no such row, or a transaction has the ledger locked. */
  deleteLedgerRow(table: TableName, day: Day): boolean;
}

const nothing: TableState = { columns: [], hot: [], ledger: [], cold: [], loaded: new Map() };

export function createWarehouseModel(kernel: Kernel, lake: LakeView): WarehouseModel {
  const tables = createTables();
  const locks = createLocks(kernel);
  const server: Server = { kernel, lake, tables, locks, sessions: new Set() };
  const find = (table: TableName) => tables.find(table) ?? nothing;
  return {
    connect: (process) => connect(server, process),
    get revision() {
      return tables.revision;
    },
    ledger: (table) => readLedgerOf(find(table), "all"),
    hot: (table) => find(table).hot,
    coldFolders: (table) => find(table).cold,
    shownCold: (table, day) => showCold(find(table), lake, day),
    shownAll: (table, day) => showAll(find(table), lake, day),
    deleteLedgerRow(table, day) {
      const state = find(table);
      const ledger = state.ledger.filter(({ row }) => row.day !== day);
      const isBlocked = locks.isTaken(describeTable(table), "ledger");
      if (isBlocked || ledger.length === state.ledger.length) return false;
      tables.save(table, { ...state, ledger });
      return true;
    },
  };
}

/** The port of one process; what it left open ends when it is gone. */
function connect(server: Server, process: Process): Warehouse {
  process.onKilled.push(() => {
    for (const session of sessionsOf(server, process)) abandonSession(server, session);
  });
  const look = <T>(method: string, table: TableName, work: (seen: TableState) => Work<T>) =>
    server.kernel.call(process, {
      port: "warehouse",
      method,
      detail: table.table,
      faults: readingFaults,
      work: () => work(server.tables.find(table) ?? nothing),
    });
  return {
    location: "the model of a warehouse",
    prepare: (table, columns) =>
      server.kernel.call(process, {
        port: "warehouse",
        method: "prepare",
        detail: table.table,
        faults: changingFaults,
        work: () => prepareTable(server.tables, table, columns),
      }),
    transact: (table, work) => runTransaction(server, process, table, work),
    registerCold: (table, generations) => registerCold(server, process, table, generations),
    unregisterCold: (table, generations) => unregisterCold(server, process, table, generations),
    readLedger: (table, days) => look("readLedger", table, (seen) => answerLater(readLedgerOf(seen, days))),
    measureHot: (table, days) => look("measureHot", table, (seen) => answerLater(measureHotOf(seen, days))),
    measureCold: (table, days) =>
      look("measureCold", table, (seen) => {
        const folders = joinCold(seen, (day) => isWithin(day, days));
        const keys = folders.flatMap((folder) => folder.keys);
        return measureFiles(seen, server.lake, keys, days);
      }),
    query: async () => {
      throw new ShardliftError("usage", { failed: "The model of a warehouse speaks no SQL." });
    },
    async close() {
      for (const session of sessionsOf(server, process)) endSession(server, session, "rollback");
    },
  };
}

/** Those that still have their client. */
function sessionsOf({ sessions }: Server, process: Process) {
  return [...sessions].filter((session) => session.process === process && session.state !== "detached");
}
