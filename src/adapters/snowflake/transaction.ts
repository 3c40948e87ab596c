import { ShardliftError } from "../../errors.ts";
import type { SqlFragment } from "../../sql/render.ts";
import { buildEnded, buildUnknownOutcome, isEnded } from "./errors.ts";
import type { Relations } from "./names.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";
import { literalText, renderSnowflakeSql } from "./sql.ts";
import type { Row } from "./statement.ts";

/** A transaction between its BEGIN and its end. */
export interface OpenTransaction {
  session: Session;
  /** As Snowflake calls it; no other one is ever called so. */
  id: string;
  /** The lock table whose row it took; null: none so far. */
  held: SqlFragment | null;
}

/**
 * BEGIN, work, COMMIT in a session of its own; ROLLBACK where the work rejects, or where the transaction is not the one
 * that was begun any more. Where COMMIT is not answered with yes, or the lock row does not bear the transaction's mark
 * after it, the outcome is unknown, and the session's end takes what it may have left open with it.
 */
export function runTransaction<T>(
  sessions: Sessions,
  work: (transaction: OpenTransaction) => Promise<T>,
): Promise<T> {
  return sessions.own(async (session) => {
    const transaction = await begin(session);
    let result: T;
    try {
      result = await work(transaction);
      await refuseEnded(transaction);
    } catch (error) {
      throw await rollBack(transaction, error);
    }
    await commit(transaction);
    return result;
  });
}

async function begin(session: Session): Promise<OpenTransaction> {
  await session.run(renderSnowflakeSql("begin"), { failed: "The transaction cannot begin." });
  const id = await readTransactionId(session);
  if (id === null) throw buildEnded("no transaction is open after BEGIN");
  return { session, id, held: null };
}

/** null where no transaction is open. */
async function readTransactionId(session: Session): Promise<string | null> {
  const failed = "The transaction cannot be looked at.";
  const [row] = await session.run(renderSnowflakeSql("current-transaction"), { failed });
  return row?.TRANSACTION ?? null;
}

/** With autocommit off a statement after the transaction's end began another one: nothing before it is left. */
async function refuseEnded({ session, id }: OpenTransaction): Promise<void> {
  const now = await readTransactionId(session);
  if (now !== id) throw buildEnded(`transaction ${id} was begun, ${now ?? "none"} is open`);
}

/** @returns why it failed: what the work met may only be what Snowflake left of an ended transaction */
async function rollBack(transaction: OpenTransaction, error: unknown): Promise<unknown> {
  const { session } = transaction;
  // Where the session is lost nothing can be said to it: its end rolls back, here or in Snowflake.
  if (session.isLost()) return error;
  const ended = await refuseEnded(transaction).then(
    () => null,
    (reason: unknown) => reason,
  );
  await session.run(renderSnowflakeSql("rollback"), { pace: "end" }).catch(() => {});
  return isEnded(ended) ? ended : error;
}

/** Of a transaction that was ended a moment ago COMMIT may say yes and do nothing: the mark tells. */
async function commit({ session, id, held }: OpenTransaction): Promise<void> {
  let marks: Row[];
  try {
    await session.run(renderSnowflakeSql("commit"), { pace: "end" });
    if (held === null) return;
    marks = await session.run(renderSnowflakeSql("read-lock", { lock: held }), { pace: "end" });
  } catch (cause) {
    throw buildUnknownOutcome(cause);
  }
  const others = marks.filter((row) => row.LOCKED_BY !== id);
  if (others.length === 0 && marks.length > 0) return;
  throw buildUnknownOutcome(
    `the lock row bears the mark of ${others[0]?.LOCKED_BY ?? "nobody"}, not of ${id}`,
  );
}

/** Takes the lock row and leaves the transaction's mark in it; from here on others wait. */
export async function takeLock(transaction: OpenTransaction, { lock }: Relations): Promise<void> {
  const { session, id } = transaction;
  const [answer] = await session.run(
    renderSnowflakeSql("take-lock", { lock, transaction: literalText(id) }),
    {
      failed: `The lock row ${lock.sql} cannot be taken.`,
    },
  );
  if (!(Number(answer?.["number of rows updated"]) >= 1)) throw buildNoLock(lock, answer);
  transaction.held = lock;
}

function buildNoLock(lock: SqlFragment, answer: Row | undefined): ShardliftError {
  return new ShardliftError("data", {
    failed: `The lock row ${lock.sql} is not there.`,
    rule: "the lock table has one row, and whoever updates it holds the table",
    received: JSON.stringify(answer ?? null),
    remedy: `INSERT INTO ${lock.sql} ("ONLY_ROW") VALUES (1), and look who deleted it`,
  });
}
