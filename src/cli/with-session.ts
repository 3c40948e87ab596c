import type { Io } from "./io.ts";
import { openSession, type Session, type SessionFlags } from "./session.ts";
import { listenForSignals } from "./signals.ts";

/** Opens a session, runs, and closes it whatever happens; signals abort the work inside. */
export async function withSession(
  flags: SessionFlags,
  io: Io,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const signals = listenForSignals();
  try {
    const session = await openSession(flags, io, signals.signal);
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  } finally {
    signals.stop();
  }
}
