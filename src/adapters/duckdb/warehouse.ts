import { existsSync } from "node:fs";
import type { TableName } from "../../config/types.ts";
import { ShardliftError } from "../../errors.ts";
import type { ObjectStore, Warehouse } from "../../ports.ts";
import type { Database } from "./database.ts";
import { translateError } from "./warehouse-errors.ts";
import {
  createFindPath,
  deleteFiles,
  findCold,
  type NamedGeneration,
  registerFiles,
} from "./warehouse-files.ts";
import { readLedgerRows } from "./warehouse-ledger.ts";
import { measureColdView, measureRelation } from "./warehouse-measure.ts";
import { describeTable, nameRelations, type Relations } from "./warehouse-names.ts";
import { isPrepared, prepareTable } from "./warehouse-prepare.ts";
import { runQuery } from "./warehouse-query.ts";
import { createSessions, type SessionOptions } from "./warehouse-session.ts";
import { runBetween, runTransaction } from "./warehouse-transaction.ts";

export interface DuckDbWarehouseOptions extends SessionOptions {
  /** The lake; a folder, since DuckDB reads its files in place. */
  store: ObjectStore;
}

/**
 * A warehouse in one DuckDB file. DuckDB lets one process at a time into it, so every call opens the file, does its
 * part and closes it; calls of one process queue. While a query's rows are being read no other call gets in.
 */
export function createDuckDbWarehouse(options: DuckDbWarehouseOptions): Warehouse {
  const sessions = createSessions(options);
  const findPath = createFindPath(options.store);
  const held = new Set<() => void>();
  return {
    location: options.path,
    prepare: (table, columns) =>
      sessions.run("write", (database) => {
        const names = nameRelations(table);
        return runBetween(database, () => prepareTable(database, table, names, columns, findPath));
      }),
    transact: (table, work) =>
      sessions.run("write", async (database) => {
        await refuseUnprepared(database, table);
        return runTransaction(database, nameRelations(table), findPath, work);
      }),
    registerCold: (table, generations) =>
      sessions.run("write", async (database) => {
        for (const { files } of generations) for (const { key } of files) findPath(key);
        await refuseUnprepared(database, table);
        await runBetween(database, () => registerFiles(database, nameRelations(table), generations));
      }),
    unregisterCold: (table, generations) =>
      sessions.run("write", async (database) => {
        if (!(await isPrepared(database, table))) return;
        await runBetween(database, () => unregister(database, nameRelations(table), generations));
      }),
    readLedger: (table, days) => read(table, (database, names) => readLedgerRows(database, names, days)),
    measureHot: (table, days) =>
      read(table, (database, names) => measureRelation(database, names, names.hot, days)),
    measureCold: (table, days) =>
      read(table, (database, names) => measureColdView(database, names, days, findPath)),
    query: (sql) =>
      runQuery(sessions, sql, options.path, (release) => {
        held.add(release);
      }),
    async close() {
      for (const release of held) release();
      held.clear();
    },
  };

  /** What a table holds; nothing where file or table are not there yet. */
  async function read<T>(
    table: TableName,
    work: (database: Database, names: Relations) => Promise<T[]>,
  ): Promise<T[]> {
    if (!existsSync(options.path)) return [];
    return sessions.run("read", async (database) => {
      if (!(await isPrepared(database, table))) return [];
      return work(database, nameRelations(table)).catch((error) => {
        throw translateError(error, `The table ${describeTable(table)} cannot be read.`);
      });
    });
  }
}

async function refuseUnprepared(database: Database, table: TableName): Promise<void> {
  if (await isPrepared(database, table)) return;
  const failed = `The table ${describeTable(table)} was never prepared.`;
  throw new ShardliftError("data", { failed, remedy: "run load for this pipeline first" });
}

async function unregister(
  database: Database,
  names: Relations,
  generations: readonly NamedGeneration[],
): Promise<void> {
  const cold = await findCold(database, names, generations);
  if (cold === null) return deleteFiles(database, names, generations);
  throw new ShardliftError("data", {
    failed: `The generation ${cold.generation} of ${cold.day} cannot be unregistered.`,
    rule: "what the ledger calls cold stays registered",
    remedy: "refresh the day first, so that cold has passed this generation",
  });
}
