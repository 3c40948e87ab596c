import { createPublicKey, verify } from "node:crypto";
import type { DoubleClock } from "../../snowflake/clock.ts";
import { TokenFault } from "../errors.ts";
import type { ApiAnswer, ApiRequest, Route } from "../route.ts";
import type { TokenDesk } from "./desk.ts";

/** A service account and the keys that it has. */
export interface ServiceAccount {
  /** By id, PEM; a key that was deleted is in here no more. */
  publicKeys: Map<string, string>;
}

const audience = "https://oauth2.googleapis.com/token";
/** How far a client's clock may be off, s. */
const toleranceS = 300;
const longestLifeS = 3_600;

/** https://oauth2.googleapis.com/token: a service account's signed JWT for an access token. */
export function createJwtBearerRoute(
  accounts: ReadonlyMap<string, ServiceAccount>,
  desk: TokenDesk,
  clock: DoubleClock,
): Route {
  return {
    name: "oauth2.token",
    verb: "POST",
    path: /^\/token$/,
    open: true,
    answer: (request) => exchange(request, accounts, desk, clock),
  };
}

function exchange(
  { body }: ApiRequest,
  accounts: ReadonlyMap<string, ServiceAccount>,
  desk: TokenDesk,
  clock: DoubleClock,
): ApiAnswer {
  const form = new URLSearchParams(body.toString());
  if (form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer")
    throw new TokenFault("unsupported_grant_type", "Invalid grant_type");
  const { header, claims, isSignedBy } = parseJwt(form.get("assertion") ?? "");
  const account = accounts.get(String(claims.iss));
  if (account === undefined) throw new TokenFault("invalid_grant", "Invalid grant: account not found");
  checkTimes(claims, clock);
  if (claims.aud !== audience) throw new TokenFault("invalid_grant", "Invalid JWT: Failed audience check.");
  const keys = [...account.publicKeys].filter(([id]) => header.kid === undefined || header.kid === id);
  if (!keys.some(([, pem]) => isSignedBy(pem)))
    throw new TokenFault("invalid_grant", "Invalid JWT Signature.");
  const scopes = String(claims.scope ?? "")
    .split(" ")
    .filter(Boolean);
  if (scopes.length === 0)
    throw new TokenFault("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
  const { token } = desk.issue(String(claims.iss), scopes, longestLifeS * 1_000);
  return { json: { access_token: token, expires_in: longestLifeS - 1, token_type: "Bearer" } };
}

interface Jwt {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  isSignedBy(pem: string): boolean;
}

function parseJwt(text: string): Jwt {
  const [head = "", body = "", signature = ""] = text.split(".");
  try {
    const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
    return {
      header: read(head),
      claims: read(body),
      isSignedBy: (pem) =>
        verify(
          "sha256",
          Buffer.from(`${head}.${body}`),
          createPublicKey(pem),
          Buffer.from(signature, "base64url"),
        ),
    };
  } catch {
    throw new TokenFault("invalid_grant", "Invalid JWT: the assertion cannot be read");
  }
}

/** A JWT from the future, from long ago or for long is refused, whoever signed it. */
function checkTimes({ iat, exp }: Record<string, unknown>, clock: DoubleClock): void {
  const nowS = clock.now() / 1_000;
  const [from, until] = [Number(iat), Number(exp)];
  const isFit = from <= nowS + toleranceS && until >= nowS - toleranceS && until - from <= longestLifeS;
  if (isFit) return;
  throw new TokenFault(
    "invalid_grant",
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
  );
}
