import type { Parsed } from "./issue.ts";
import { isSecretArn } from "./parse-aws-names.ts";
import type { SecretReference } from "./types.ts";

export const secretRule = "env:NAME, file:PATH or aws-secret:ARN";

/** For editors. */
export const secretPattern = "^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|aws-secret:arn:.+)$";

/**
 * Its problems never hold the text: it may be the secret itself.
 * @param example a reference as one of this key would write it
 */
export function parseSecretReference(
  text: string,
  example = "env:SHARDLIFT_HASH_KEY",
): Parsed<SecretReference> {
  const [, kind, rest = ""] = /^(env|file|aws-secret):(.*)$/s.exec(text) ?? [];
  if (kind === "env" && /^[A-Za-z_][A-Za-z0-9_]{0,199}$/.test(rest))
    return { value: { from: "env", name: rest } };
  if (kind === "file" && /^[^\p{C}]{1,1000}$/u.test(rest)) return { value: { from: "file", path: rest } };
  if (kind === "aws-secret" && isSecretArn(rest)) return { value: { from: "aws-secret", arn: rest } };
  const rule = `${secretRule}; a secret's value never stands in a configuration file`;
  if (kind === "aws-secret") {
    const remedy = "write the whole ARN, with account and region: aws secretsmanager list-secrets shows it";
    return { problem: { failed: "does not name a secret by its ARN", rule, remedy } };
  }
  const remedy = `write it like "${example}"; if the secret itself stood here, replace it by a new one`;
  return { problem: { failed: "is not a reference to a secret", rule, remedy } };
}
