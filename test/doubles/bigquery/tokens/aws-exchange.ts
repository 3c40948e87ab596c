import type { DoubleClock } from "../../snowflake/clock.ts";
import { TokenFault } from "../errors.ts";
import type { ApiAnswer, ApiRequest, Route } from "../route.ts";
import type { TokenDesk } from "./desk.ts";

/** A workload identity pool's provider for one AWS account. */
export interface AwsProvider {
  /** `//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/aws/providers/prod` */
  audience: string;
  /** Access keys that are known, and the role's session each belongs to. */
  keys: Map<string, { sessionToken: string | null; principal: string }>;
}

/** A GetCallerIdentity request that somebody signed and did not send. */
export interface SignedCall {
  url: string;
  method: string;
  headers: Record<string, string>;
}

const lifeS = 3_600;
/** How old a signature may be; AWS's own bound, ms. */
const signatureLifeMs = 300_000;

/** https://sts.googleapis.com/v1/token: a signed GetCallerIdentity for a federated access token. */
export function createAwsExchangeRoute(
  provider: AwsProvider,
  desk: TokenDesk,
  clock: DoubleClock,
  seen: SignedCall[],
): Route {
  return {
    name: "sts.token",
    verb: "POST",
    path: /^\/v1\/token$/,
    open: true,
    answer: (request) => exchange(request, provider, desk, clock, seen),
  };
}

function exchange(
  { body }: ApiRequest,
  provider: AwsProvider,
  desk: TokenDesk,
  clock: DoubleClock,
  seen: SignedCall[],
): ApiAnswer {
  const form = new URLSearchParams(body.toString());
  const wanted = {
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
    subject_token_type: "urn:ietf:params:aws:token-type:aws4_request",
  };
  for (const [name, value] of Object.entries(wanted))
    if (form.get(name) !== value) throw new TokenFault("invalid_request", `Invalid value for "${name}".`);
  if (form.get("audience") !== provider.audience) {
    const text =
      'Invalid value for "audience". This value should be the full resource name of the Identity Provider.';
    throw new TokenFault("invalid_request", text);
  }
  const call = parseSignedCall(form.get("subject_token") ?? "");
  seen.push(call);
  const principal = checkCall(call, provider, clock);
  const { token } = desk.issue(principal, (form.get("scope") ?? "").split(" "), lifeS * 1_000);
  const type = "urn:ietf:params:oauth:token-type:access_token";
  return { json: { access_token: token, issued_token_type: type, token_type: "Bearer", expires_in: lifeS } };
}

function parseSignedCall(text: string): SignedCall {
  try {
    const call = JSON.parse(decodeURIComponent(text)) as { headers: { key: string; value: string }[] };
    const headers = call.headers.map(({ key, value }) => [key.toLowerCase(), value] as const);
    return { ...(call as unknown as SignedCall), headers: Object.fromEntries(headers) };
  } catch {
    throw new TokenFault("invalid_request", "Unable to parse the subject_token.");
  }
}

/** Everything but the signature's own arithmetic, which only AWS could check. */
function checkCall({ url, method, headers }: SignedCall, provider: AwsProvider, clock: DoubleClock): string {
  const { hostname, searchParams } = new URL(url);
  const [, region] = /^sts\.([a-z0-9-]+)\.amazonaws\.com$/.exec(hostname) ?? [];
  const isCall = method === "POST" && searchParams.get("Action") === "GetCallerIdentity";
  if (region === undefined || !isCall) throw refuse("the request is no GetCallerIdentity of a region");
  if (headers["x-goog-cloud-target-resource"] !== provider.audience)
    throw refuse("x-goog-cloud-target-resource is not the provider");
  const [, keyId = "", date = "", scopeRegion = ""] =
    /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/,]+)\/sts\/aws4_request, ?SignedHeaders=[a-z0-9;-]+, ?Signature=[0-9a-f]{64}$/.exec(
      headers.authorization ?? "",
    ) ?? [];
  if (scopeRegion !== region) throw refuse("the signature is not of the region");
  const key = provider.keys.get(keyId);
  if (key === undefined) throw refuse("InvalidClientTokenId");
  if ((headers["x-amz-security-token"] ?? null) !== key.sessionToken) throw refuse("ExpiredToken");
  checkAge(headers["x-amz-date"] ?? "", date, clock);
  return key.principal;
}

function checkAge(amzDate: string, date: string, clock: DoubleClock): void {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(amzDate);
  if (parts === null || !amzDate.startsWith(date)) throw refuse("x-amz-date does not fit");
  const [, y, mo, d, h, mi, s] = parts;
  const ageMs = clock.now() - Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  if (Math.abs(ageMs) > signatureLifeMs) throw refuse(`SignatureDoesNotMatch: Signature expired: ${amzDate}`);
}

function refuse(reason: string): TokenFault {
  return new TokenFault("invalid_grant", `Received invalid AWS response of type: ${reason}`);
}
