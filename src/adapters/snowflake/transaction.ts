import { ShardliftError } from "../../errors.ts";
import type { WarehouseTransaction } from "../../ports.ts";
import { describeOwnColumns, type TableColumn } from "./columns.ts";
import { copyGeneration } from "./copy.ts";
import type { CopyPlaces } from "./copy-checks.ts";
import { buildUnknownOutcome } from "./errors.ts";
import { mergeLedgerRows, readLedgerRows } from "./ledger.ts";
import { measureFiles, measureRelation } from "./measure.ts";
import type { Relations } from "./names.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";
import { renderSnowflakeSql } from "./sql.ts";

/**
 * BEGIN, work, COMMIT in a session of its own; ROLLBACK where the work rejects. Where COMMIT is not answered with yes
 * the outcome is unknown, and the session's end takes what it may have left open with it.
 */
export function runTransaction<T>(sessions: Sessions, work: (session: Session) => Promise<T>): Promise<T> {
  return sessions.own(async (session) => {
    await session.run(renderSnowflakeSql("begin"), { failed: "The transaction cannot begin." });
    let result: T;
    try {
      result = await work(session);
    } catch (error) {
      // Where the session is lost nothing can be said to it: its end rolls back, here or in Snowflake.
      if (!session.isLost())
        await session.run(renderSnowflakeSql("rollback"), { pace: "end" }).catch(() => {});
      throw error;
    }
    // What became of a step that the work did not wait for, or forgave, is not known.
    if (session.isLost()) throw buildUnknownOutcome("the session was lost before COMMIT");
    await session.run(renderSnowflakeSql("commit"), { pace: "end" }).catch((cause) => {
      throw buildUnknownOutcome(cause);
    });
    return result;
  });
}

/** Takes the lock row; from here on others wait. */
export async function takeLock(session: Session, { lock }: Relations): Promise<void> {
  const [answer] = await session.run(renderSnowflakeSql("take-lock", { lock }), {
    failed: `The lock row ${lock.sql} cannot be taken.`,
  });
  if (Number(answer?.["number of rows updated"]) >= 1) return;
  throw new ShardliftError("data", {
    failed: `The lock row ${lock.sql} is not there.`,
    rule: "the lock table has one row, and whoever updates it holds the table",
    received: JSON.stringify(answer ?? null),
    remedy: `INSERT INTO ${lock.sql} ("ONLY_ROW") VALUES (1), and look who deleted it`,
  });
}

/** The steps of one transaction. @throws ShardliftError `data` where the table was never prepared */
export async function createSteps(
  session: Session,
  names: Relations,
  places: CopyPlaces,
): Promise<WarehouseTransaction> {
  const columns = await requireColumns(session, names);
  return {
    copy: (generation) => copyGeneration(session, names, columns, generation, places),
    lock: () => takeLock(session, names),
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
