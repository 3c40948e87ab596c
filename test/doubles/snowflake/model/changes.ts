import { SnowflakeError } from "../errors.ts";
import type { Table } from "./catalog.ts";
import { checkRows } from "./check-rows.ts";
import { beginTransaction, type Client, endTransaction } from "./clients.ts";
import { printName } from "./names.ts";
import {
  applyStaged,
  type Overlay,
  openOverlay,
  type RowChange,
  stageChange,
  stagedRows,
} from "./transactions.ts";
import type { World } from "./world.ts";

/** One statement that changes rows. */
export interface Change {
  table: Table;
  /** DELETE, UPDATE and MERGE lock the table until the transaction ends; INSERT and COPY do not. */
  locks: "table" | "nothing";
  /** What it would do by what it sees now; asked again where it waited and sees what came meanwhile. */
  plan(): Promise<RowChange>;
  /** After its rows are the transaction's. */
  done?(overlay: Overlay): void;
}

/** LOCK_TIMEOUT where the session says nothing: 12 hours, s. */
const defaultLockTimeoutS = 43_200;

/** Runs it in the open transaction, or in one of its own. A statement that fails leaves its transaction as it was. */
export async function runChange(
  world: World,
  client: Client,
  change: Change,
  signal: AbortSignal,
): Promise<{ removed: number; added: number }> {
  refuseReadOnly(world, change.table);
  const transaction = beginTransaction(world, client, isAutocommit(client) ? "implicit" : "explicit");
  try {
    const counts = await runInside(world, client, change, signal);
    if (transaction.isImplicit) await endTransaction(world, client, "commit");
    return counts;
  } catch (error) {
    if (transaction.isImplicit) await endTransaction(world, client, "rollback");
    throw error;
  }
}

/** Documented: with AUTOCOMMIT off the first DML begins a transaction that COMMIT or ROLLBACK ends. */
function isAutocommit({ session }: Client): boolean {
  return session.parameters.get("AUTOCOMMIT") !== false;
}

async function runInside(world: World, client: Client, change: Change, signal: AbortSignal) {
  const { connection } = client;
  const transaction = client.transaction!;
  const overlay = await openOverlay(connection, transaction, change.table);
  let planned = await change.plan();
  await stageChange(connection, planned);
  if (
    change.locks === "table" &&
    (await takeLock(world, client, change.table, signal)) &&
    world.choices.waiterSees === "after"
  ) {
    planned = await change.plan();
    await stageChange(connection, planned);
  }
  if (planned.added !== null) await checkRows(connection, change.table, stagedRows, world.maxValueBytes);
  signal.throwIfAborted();
  const counts = await applyStaged(connection, overlay, planned);
  change.done?.(overlay);
  return counts;
}

function takeLock(world: World, client: Client, table: Table, signal: AbortSignal): Promise<boolean> {
  const seconds = Number(client.session.parameters.get("LOCK_TIMEOUT") ?? defaultLockTimeoutS);
  return world.locks.take(client.transaction!, printName(table.name), seconds * 1000, signal);
}

function refuseReadOnly({ account }: World, { name }: Table): void {
  if (!account.readOnly.has(printName(name))) return;
  const text = `SQL access control error:\nInsufficient privileges to operate on table '${name[2]}'.`;
  throw new SnowflakeError("no privilege", text);
}
