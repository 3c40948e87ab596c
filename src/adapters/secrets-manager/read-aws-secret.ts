import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ShardliftError } from "../../errors.ts";

/** What Secrets Manager answers, for people; what is not here may pass, so asking again may help. */
const remedies: Record<string, string> = {
  ResourceNotFoundException:
    "correct the ARN in the environment, or make the secret; one marked for deletion is not there",
  InvalidRequestException: "restore the secret: it is marked for deletion",
  InvalidParameterException: "correct the ARN in the environment",
  AccessDeniedException:
    "give the role secretsmanager:GetSecretValue on the secret, and kms:Decrypt on its key",
  DecryptionFailure: "give the role kms:Decrypt on the secret's key, and see that the key is enabled",
  UnrecognizedClientException: "check AWS_PROFILE and the variables with credentials",
  InvalidSignatureException: "check AWS_PROFILE and the variables with credentials, and this machine's clock",
  ExpiredTokenException: "sign in again (aws sso login, or fresh variables), or use a role",
  CredentialsProviderError: "sign in (aws sso login), set AWS_PROFILE, or run where there is a role",
};

/**
 * A secret's text, asked in the region that its ARN names.
 * @param endpoint another address than AWS's own
 * @throws ShardliftError `config` or `outside`, never with anything of the secret in it
 */
export async function readAwsSecret(arn: string, endpoint?: string): Promise<string> {
  const region = arn.split(":")[3] ?? "";
  const client = new SecretsManagerClient({ region, ...(endpoint === undefined ? {} : { endpoint }) });
  try {
    const command = new GetSecretValueCommand({ SecretId: arn });
    const found = await client.send(command, { abortSignal: AbortSignal.timeout(60_000) });
    if (found.SecretString !== undefined) return found.SecretString;
  } catch (error) {
    throw buildSecretError(arn, error);
  } finally {
    client.destroy();
  }
  throw buildBinaryError(arn);
}

/** The SDK's error is not kept as cause: an answer's headers are nobody's business. */
function buildSecretError(arn: string, error: unknown): ShardliftError {
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  const remedy = Object.hasOwn(remedies, name) ? remedies[name]! : null;
  const parts = {
    failed: "AWS Secrets Manager does not give a secret.",
    rule: "the role that runs the command may read the secret that the environment names",
    received: `aws-secret:${arn}, ${name}: ${message.split("\n", 1)[0]}`,
    remedy: remedy ?? "run again; if it stays, check network, region and AWS's status page",
  };
  return new ShardliftError(remedy === null ? "outside" : "config", parts, { retryable: remedy === null });
}

function buildBinaryError(arn: string): ShardliftError {
  return new ShardliftError("config", {
    failed: "A secret cannot be read.",
    rule: "secrets are texts",
    received: `aws-secret:${arn}, which holds bytes`,
    remedy: "store it as text: aws secretsmanager put-secret-value --secret-string …",
  });
}
