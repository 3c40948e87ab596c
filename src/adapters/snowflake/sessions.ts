import type { SnowflakeOptions } from "./options.ts";
import { openSession, type Parameters, type Session } from "./session.ts";

export interface Sessions {
  /** The session for everything outside transactions: opened when it is first needed, and anew where it was lost. */
  share(): Promise<Session>;
  /** A session of one's own, ended after its work; nothing that it changes lasts before a COMMIT. */
  own<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Ends them all. */
  close(): Promise<void>;
}

/**
 * Snowflake may end a transaction by itself (it idled for five minutes while others waited). Nobody could tell whether
 * the statements after that are refused; with autocommit they would be done one by one, without the lock row.
 */
const transactionParameters: Parameters = { AUTOCOMMIT: false };

export function createSessions(options: SnowflakeOptions): Sessions {
  let shared: Promise<Session> | null = null;
  const open = new Set<Session>();

  const begin = async (parameters: Parameters = {}): Promise<Session> => {
    const session = await openSession(options, parameters);
    open.add(session);
    return session;
  };
  const end = async (session: Session): Promise<void> => {
    open.delete(session);
    await session.end();
  };
  const share = async (): Promise<Session> => {
    shared ??= begin();
    const opening = shared;
    const session = await opening.catch((error: unknown) => {
      if (shared === opening) shared = null;
      throw error;
    });
    if (!session.isLost()) return session;
    if (shared === opening) shared = null;
    await end(session);
    return share();
  };

  return {
    share,
    async own(work) {
      const session = await begin(transactionParameters);
      try {
        return await work(session);
      } finally {
        await end(session);
      }
    },
    async close() {
      await shared?.catch(() => {});
      shared = null;
      await Promise.all([...open].map(end));
    },
  };
}
