import { randomUUID } from "node:crypto";
import type { DoubleClock } from "../clock.ts";

/** How long tokens are good for, ms: the session's own, and the one that renews it. */
export const tokenLifeMs = 3600_000;
export const masterLifeMs = 4 * 3600_000;

/** One signed-in client. Its SQL side (temporary state, transaction) is the executor's, by `id`. */
export interface Session {
  readonly id: string;
  readonly user: string;
  token: string;
  readonly master: string;
  tokenUntilMs: number;
  masterUntilMs: number;
  /** Upper-case names; what ALTER SESSION and sign-in set. */
  parameters: Map<string, string | number | boolean>;
  database: string | null;
  schema: string | null;
  warehouse: string | null;
  role: string;
  /** Statements of one session run one after the other. */
  tail: Promise<unknown>;
}

export interface Sessions {
  open(start: Pick<Session, "user" | "database" | "schema" | "warehouse" | "role" | "parameters">): Session;
  /** By session token: live, out of date, or not known (any more). */
  find(token: string | undefined): { session: Session; state: "live" | "expired" } | null;
  /** By master token; null where that is not known or has run out. */
  renew(master: string | undefined): Session | null;
  close(session: Session): void;
  all(): Session[];
}

export function createSessions(clock: DoubleClock): Sessions {
  const byToken = new Map<string, Session>();
  let opened = 0;
  return {
    open(start) {
      const session: Session = {
        ...start,
        id: String(++opened),
        token: randomUUID(),
        master: randomUUID(),
        tokenUntilMs: clock.now() + tokenLifeMs,
        masterUntilMs: clock.now() + masterLifeMs,
        tail: Promise.resolve(),
      };
      byToken.set(session.token, session);
      return session;
    },
    find(token) {
      const session = byToken.get(token ?? "");
      if (session === undefined) return null;
      return { session, state: clock.now() < session.tokenUntilMs ? "live" : "expired" };
    },
    renew(master) {
      const session = [...byToken.values()].find((known) => known.master === master);
      if (session === undefined || clock.now() >= session.masterUntilMs) return null;
      byToken.delete(session.token);
      session.token = randomUUID();
      session.tokenUntilMs = clock.now() + tokenLifeMs;
      session.masterUntilMs = clock.now() + masterLifeMs;
      byToken.set(session.token, session);
      return session;
    },
    close: (session) => void byToken.delete(session.token),
    all: () => [...byToken.values()],
  };
}
