import { ApiFault } from "../errors.ts";
import type { ApiAnswer, ApiRequest, Route } from "../route.ts";
import type { TokenDesk } from "./desk.ts";

/** Who may act as whom: principals by service account. */
export type Creators = Map<string, Set<string>>;

/** https://iamcredentials.googleapis.com: an access token of a service account for somebody who may act as it. */
export function createImpersonationRoute(creators: Creators, desk: TokenDesk): Route {
  return {
    name: "iamcredentials.generateAccessToken",
    verb: "POST",
    path: /^\/v1\/projects\/-\/serviceAccounts\/(?<account>[^/:]+):generateAccessToken$/,
    scopes: ["https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/iam"],
    answer: (request) => generate(request, creators, desk),
  };
}

function generate({ params, body, principal }: ApiRequest, creators: Creators, desk: TokenDesk): ApiAnswer {
  const { account = "" } = params;
  if (!creators.get(account)?.has(principal)) {
    const text = "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).";
    throw new ApiFault(403, "forbidden", text);
  }
  const { scope, lifetime } = JSON.parse(body.toString()) as { scope?: string[]; lifetime?: string };
  const seconds = Number(/^(\d+)s$/.exec(lifetime ?? "3600s")?.[1]);
  if (!(seconds > 0 && seconds <= 3_600)) throw new ApiFault(400, "badRequest", "lifetime is at most 3600s");
  if (scope === undefined || scope.length === 0) throw new ApiFault(400, "badRequest", "scope is required");
  const { token, expiresMs } = desk.issue(account, scope, seconds * 1_000);
  // Whole seconds, as Google tells it: its package for Python reads nothing else.
  const expireTime = new Date(expiresMs).toISOString().replace(/\.\d+Z$/, "Z");
  return { json: { accessToken: token, expireTime } };
}
