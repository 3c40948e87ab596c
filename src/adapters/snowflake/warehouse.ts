import type { TableName } from "../../config/types.ts";
import type { Warehouse } from "../../ports.ts";
import { registerFolders, unregisterFolders } from "./cold.ts";
import { describeOwnColumns } from "./columns.ts";
import { describeDoing } from "./connect.ts";
import { isMissingObject } from "./errors.ts";
import { readLedgerRows } from "./ledger.ts";
import { measureRelation } from "./measure.ts";
import { foldName, nameRelations, type Relations } from "./names.ts";
import type { SnowflakeOptions } from "./options.ts";
import { renderStagePath } from "./paths.ts";
import { prepareTable } from "./prepare.ts";
import { runQuery } from "./query.ts";
import type { Session } from "./session.ts";
import { createSessions } from "./sessions.ts";
import { createSteps } from "./steps.ts";
import { runTransaction } from "./transaction.ts";

/**
 * A warehouse in Snowflake, over a lake that one of its stages shows. Each transaction has a connection of its own;
 * everything else shares one. Nothing is loaded and nobody signs in before the first call.
 */
export function createSnowflakeWarehouse(options: SnowflakeOptions): Warehouse {
  const { config } = options;
  const sessions = createSessions(options);
  const nameAll = (table: TableName) => nameRelations(config.database, table);
  const masking = new Map(config.masking.map(({ column, policy }) => [foldName(column), policy]));
  return {
    location: describeLocation(options),
    prepare: (table, wanted) =>
      prepareTable({
        sessions,
        table,
        names: nameAll(table),
        wanted,
        stage: renderStagePath(config.stage, ""),
        isClustered: config.clusterByDay,
        masking,
      }),
    transact: (table, work) =>
      runTransaction(sessions, async (transaction) =>
        work(await createSteps(transaction, nameAll(table), config)),
      ),
    async registerCold(table, generations) {
      await registerFolders(await sessions.share(), nameAll(table), generations);
    },
    async unregisterCold(table, generations) {
      await unregisterFolders(await sessions.share(), nameAll(table), generations);
    },
    readLedger: (table, days) => read(table, (session, names) => readLedgerRows(session, names, days)),
    measureHot: (table, days) => read(table, (session, names) => measure(session, names, names.hot, days)),
    measureCold: (table, days) => read(table, (session, names) => measure(session, names, names.cold, days)),
    query: async (sql) => runQuery(await sessions.share(), sql, describeDoing(options)),
    close: () => sessions.close(),
  };

  async function measure(
    session: Session,
    names: Relations,
    relation: Relations["hot"],
    days: Parameters<typeof measureRelation>[3],
  ) {
    const columns = await describeOwnColumns(session, names.hot);
    return columns === null ? [] : measureRelation(session, relation, columns, days);
  }

  /** What a table holds; nothing where it was never prepared. */
  async function read<T>(
    table: TableName,
    work: (session: Session, names: Relations) => Promise<T[]>,
  ): Promise<T[]> {
    try {
      return await work(await sessions.share(), nameAll(table));
    } catch (error) {
      if (isMissingObject(error)) return [];
      throw error;
    }
  }
}

function describeLocation({ config }: SnowflakeOptions): string {
  return `Snowflake account ${config.account}, database ${foldName(config.database)}`;
}
