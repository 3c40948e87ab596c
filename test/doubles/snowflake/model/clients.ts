import type { DuckDBConnection } from "@duckdb/node-api";
import { SnowflakeError } from "../errors.ts";
import type { Session } from "../protocol/sessions.ts";
import { dropOverlays, mergeOverlays, type Transaction } from "./transactions.ts";
import type { World } from "./world.ts";

/** The SQL side of one session. */
export interface Client {
  session: Session;
  connection: DuckDBConnection;
  transaction: Transaction | null;
  /** The server ended its transaction by itself, and it was not told yet. */
  isAborted: boolean;
  /** Since when it runs nothing, ms; null while it does. */
  idleSinceMs: number | null;
}

export async function openClient(world: World, session: Session): Promise<Client> {
  const known = world.clients.get(session.id);
  if (known !== undefined) return known;
  const connection = await world.database.connect();
  const client: Client = { session, connection, transaction: null, isAborted: false, idleSinceMs: null };
  world.clients.set(session.id, client);
  return client;
}

/** The session is gone for good: what it left open is rolled back, and its locks are free. */
export async function closeClient(world: World, session: Session): Promise<void> {
  const client = world.clients.get(session.id);
  if (client === undefined) return;
  world.clients.delete(session.id);
  // A COMMIT that is under way is done.
  await session.tail;
  await endTransaction(world, client, "rollback");
  client.connection.closeSync();
}

/** Documented: a BEGIN inside of a transaction does nothing. */
export function beginTransaction(world: World, client: Client, how: "explicit" | "implicit"): Transaction {
  if (client.transaction !== null) return client.transaction;
  const transaction: Transaction = {
    id: world.nextId(),
    overlays: new Map(),
    isImplicit: how === "implicit",
    idleSinceMs: () => client.idleSinceMs,
    abort() {
      if (client.transaction !== transaction) return;
      client.isAborted = true;
      void endTransaction(world, client, "rollback");
    },
  };
  client.transaction = transaction;
  return transaction;
}

/** COMMIT or ROLLBACK; nothing happens where no transaction is open, or one is ending already. */
export async function endTransaction(
  world: World,
  client: Client,
  how: "commit" | "rollback",
): Promise<void> {
  const { transaction, connection } = client;
  if (transaction === null) return;
  client.transaction = null;
  try {
    if (how === "commit") await world.inTurn(() => mergeOverlays(connection, transaction));
  } finally {
    world.locks.release(transaction);
    await dropOverlays(connection, transaction);
  }
}

/** @throws SnowflakeError where the server has ended the transaction that the statement means to be part of */
export function refuseAborted(world: World, client: Client): void {
  if (!client.isAborted) return;
  if (world.choices.afterAbort === "autocommit") {
    client.isAborted = false;
    return;
  }
  throw new SnowflakeError("transaction aborted", "Transaction was aborted, SQL execution canceled.");
}

/** Interrupts until the work has ended: DuckDB forgets an interrupt that comes before a statement begins. */
export async function interruptible<T>(
  client: Client,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  const interrupt = () => {
    client.connection.interrupt();
    timer = setTimeout(interrupt, 5);
  };
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener("abort", interrupt);
    clearTimeout(timer);
  }
}
