import { ShardliftError } from "../../../errors.ts";
import type { AuthClient, AuthPackage } from "../driver.ts";

/** As long as Google gives without a policy of its own, s. */
const lifeS = 3_600;

/** Signs in as a service account that `source` may act as; the token is kept and renewed before it ends. */
export function impersonate(
  { OAuth2Client }: AuthPackage,
  source: AuthClient,
  account: string,
  scopes: readonly string[],
): AuthClient {
  const client = new OAuth2Client({ transporter: source.transporter });
  let asking: Promise<Token> | null = null;
  // The package asks once for each call that waits for a token.
  client.refreshHandler = () => {
    asking ??= askToken(source, account, scopes).finally(() => {
      asking = null;
    });
    return asking;
  };
  return client;
}

interface Token {
  access_token: string;
  expiry_date: number;
}

async function askToken(source: AuthClient, account: string, scopes: readonly string[]): Promise<Token> {
  const { data } = await source.request<Answer>({
    url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
    method: "POST",
    data: { scope: scopes, lifetime: `${lifeS}s` },
    responseType: "json",
  });
  return { access_token: readToken(data), expiry_date: Date.parse(data?.expireTime ?? "") };
}

interface Answer {
  accessToken?: string;
  expireTime?: string;
}

function readToken(data: Answer | null): string {
  if (typeof data?.accessToken === "string" && !Number.isNaN(Date.parse(data.expireTime ?? "")))
    return data.accessToken;
  throw new ShardliftError(
    "outside",
    {
      failed: "Google's answer to generateAccessToken cannot be read.",
      rule: "it has accessToken and expireTime",
      received: `keys ${Object.keys(data ?? {}).join(", ") || "none"}`,
      remedy: "look whether a proxy stands between; then run again",
    },
    { retryable: true },
  );
}
