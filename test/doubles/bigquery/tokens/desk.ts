import { randomBytes } from "node:crypto";
import type { DoubleClock } from "../../snowflake/clock.ts";
import { ApiFault, refuseToken } from "../errors.ts";

export interface IssuedToken {
  token: string;
  principal: string;
  expiresMs: number;
  scopes: readonly string[];
}

/** Access tokens that were given out, by whichever endpoint. */
export interface TokenDesk {
  issue(principal: string, scopes: readonly string[], lifeMs: number): IssuedToken;
  /** @param scopes that are enough; left out: those of BigQuery. @throws ApiFault 401 for no token, a wrong one and one whose time is over; 403 for one of another scope */
  readPrincipal(authorization: string, scopes?: readonly string[]): string;
  /** null where the token is not known, or its time is over. */
  find(token: string): IssuedToken | null;
  /** Takes every token back. */
  revokeAll(): void;
}

const enough = ["https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/bigquery"];

export function createTokenDesk(clock: DoubleClock): TokenDesk {
  const issued = new Map<string, IssuedToken>();
  const find = (token: string) => {
    const found = issued.get(token);
    return found === undefined || found.expiresMs <= clock.now() ? null : found;
  };
  return {
    find,
    issue(principal, scopes, lifeMs) {
      const token = `ya29.double-${randomBytes(12).toString("hex")}`;
      const entry = { token, principal, scopes, expiresMs: clock.now() + lifeMs };
      issued.set(token, entry);
      return entry;
    },
    readPrincipal(authorization, wanted = enough) {
      const [, token = ""] = /^Bearer (\S+)$/.exec(authorization) ?? [];
      const found = find(token);
      if (found === null) throw refuseToken();
      if (found.scopes.some((scope) => wanted.includes(scope))) return found.principal;
      throw new ApiFault(403, "insufficientPermissions", "Request had insufficient authentication scopes.");
    },
    revokeAll: () => issued.clear(),
  };
}
