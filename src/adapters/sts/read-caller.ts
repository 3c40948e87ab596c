import type { STSClient } from "@aws-sdk/client-sts";
import { type ErrorCode, ShardliftError } from "../../errors.ts";

const connectMs = 10_000;
const answerMs = 30_000;

interface Meaning {
  fits: RegExp;
  code: ErrorCode;
  rule: string;
  remedy: string;
}

/** Looked for in the error's name and message; the first that fits counts. */
const meanings: readonly Meaning[] = [
  {
    fits: /Signature (?:expired|not yet current)|RequestTimeTooSkewed|RequestExpired/i,
    code: "config",
    rule: "requests are signed with the time, and AWS allows a few minutes of difference",
    remedy: "set this machine's clock (timedatectl set-ntp true; in a container: the host's)",
  },
  {
    fits: /ExpiredToken|TokenProviderError|SSOTokenProviderFailure/,
    code: "outside",
    rule: "credentials are valid when they are used",
    remedy: "sign in again (aws sso login, or fresh variables), or use a role, which renews itself",
  },
  {
    fits: /CredentialsProviderError/,
    code: "config",
    rule: "credentials come from variables, a profile, or the role of the machine or container",
    remedy: "sign in (aws sso login), set AWS_PROFILE, or run where there is a role",
  },
  {
    fits: /InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidAccessKeyId|IncompleteSignature/,
    code: "config",
    rule: "credentials are those of a user or role that is there",
    remedy:
      "check AWS_PROFILE and the variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN",
  },
  {
    fits: /AccessDenied|RegionDisabled/,
    code: "config",
    rule: "AWS answers everybody who they are: only an organisation's policy, or a region that is off, is in the way",
    remedy:
      "in the console, AWS Organizations > Policies > Service control policies, or Account > AWS Regions",
  },
];

/**
 * Asks AWS who is asking; it takes no permission and changes nothing.
 * @returns an ARN, `arn:aws:sts::123456789012:assumed-role/shardlift/task`
 * @throws ShardliftError
 */
export async function readCaller(region: string): Promise<string> {
  const { STSClient, GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  const client: STSClient = new STSClient({
    region,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: connectMs, requestTimeout: answerMs, throwOnRequestTimeout: true },
  });
  try {
    const { Arn } = await client.send(new GetCallerIdentityCommand({}));
    return Arn ?? "nobody";
  } catch (error) {
    throw translate(error, region);
  } finally {
    client.destroy();
  }
}

/** The SDK's error is not kept as cause: its answer's headers are nobody's business. */
function translate(error: unknown, region: string): unknown {
  if (!(error instanceof Error)) return error;
  const text = `${error.name}: ${error.message.replace(/\s+/g, " ")}`.slice(0, 500);
  const failed = "AWS does not tell who is asking.";
  const known = meanings.find(({ fits }) => fits.test(text));
  if (known === undefined)
    return new ShardliftError(
      "outside",
      {
        failed,
        rule: `AWS's token service answers in ${region}`,
        received: text,
        remedy: "check network, proxy and region; then run again",
      },
      { retryable: true },
    );
  const { code, rule, remedy } = known;
  return new ShardliftError(code, { failed, rule, received: text, remedy });
}
