import { ShardliftError } from "../../errors.ts";
import type { WarehouseTransaction } from "../../ports.ts";
import { describeOwnColumns, type TableColumn } from "./columns.ts";
import { copyGeneration } from "./copy.ts";
import type { CopyPlaces } from "./copy-checks.ts";
import { mergeLedgerRows, readLedgerRows } from "./ledger.ts";
import { measureFiles, measureRelation } from "./measure.ts";
import type { Relations } from "./names.ts";
import type { Session } from "./session.ts";
import { renderSnowflakeSql } from "./sql.ts";
import { type OpenTransaction, takeLock } from "./transaction.ts";

/** The steps of one transaction. @throws ShardliftError `data` where the table was never prepared */
export async function createSteps(
  transaction: OpenTransaction,
  names: Relations,
  places: CopyPlaces,
): Promise<WarehouseTransaction> {
  const { session } = transaction;
  const columns = await requireColumns(session, names);
  return {
    copy: (generation) => copyGeneration(session, names, columns, generation, places),
    lock: () => takeLock(transaction, names),
    readLedger: (days) => readLedgerRows(session, names, days),
    writeLedger: (rows) => mergeLedgerRows(session, names, rows),
    async deleteHot(day, which) {
      const [form, binds] = pickDelete(which);
      await session.run(renderSnowflakeSql(form, { hot: names.hot }), {
        binds: [day, ...binds],
        pace: "long",
        failed: `Rows of ${day} cannot be deleted from ${names.hot.sql}.`,
      });
    },
    measureHot: (days) => measureRelation(session, names.hot, columns, days),
    measureCold: (generations) => measureFiles(session, names, columns, generations),
  };
}

async function requireColumns(session: Session, { hot }: Relations): Promise<TableColumn[]> {
  const columns = await describeOwnColumns(session, hot);
  if (columns !== null) return columns;
  throw new ShardliftError("data", {
    failed: `The table ${hot.sql} was never prepared.`,
    rule: "load and refresh make the table before they move days",
    remedy: "run load for this pipeline first",
  });
}

function pickDelete(which: Parameters<WarehouseTransaction["deleteHot"]>[1]): [string, string[]] {
  if ("all" in which) return ["delete-hot-all", []];
  return "except" in which ? ["delete-hot-except", [which.except]] : ["delete-hot-only", [which.only]];
}
