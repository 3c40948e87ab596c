import type { SnowflakeOptions } from "./options.ts";
import { openSession, type Session } from "./session.ts";

export interface Sessions {
  /** The session for everything outside transactions: opened when it is first needed, and anew where it was lost. */
  share(): Promise<Session>;
  /** A session of one's own, ended after its work. */
  own<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Ends them all. */
  close(): Promise<void>;
}

export function createSessions(options: SnowflakeOptions): Sessions {
  let shared: Promise<Session> | null = null;
  const open = new Set<Session>();

  const begin = async (): Promise<Session> => {
    const session = await openSession(options);
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
      const session = await begin();
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
