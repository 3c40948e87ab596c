import type { Database } from "./database.ts";

/** Once aborted no statement begins and the one that runs is ended: what is open is rolled back by closing. */
export async function runUntilAborted<T>(
  database: Database,
  signal: AbortSignal | undefined,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  if (signal === undefined) return work(database);
  const watch = <R>(statement: () => Promise<R>) => interruptOnAbort(database, signal, statement);
  try {
    return await work({
      ...database,
      run: (...input) => watch(() => database.run(...input)),
      rows: (...input) => watch(() => database.rows(...input)),
    });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

const interruptEveryMs = 20;

async function interruptOnAbort<T>(
  database: Database,
  signal: AbortSignal,
  statement: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  let repeated: NodeJS.Timeout | undefined;
  const interrupt = () => {
    database.interrupt();
    // DuckDB forgets an interrupt that comes just before the statement begins in its thread.
    repeated = setInterval(() => database.interrupt(), interruptEveryMs);
  };
  signal.addEventListener("abort", interrupt);
  try {
    return await statement();
  } finally {
    signal.removeEventListener("abort", interrupt);
    clearInterval(repeated);
  }
}
