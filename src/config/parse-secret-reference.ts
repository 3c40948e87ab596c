import type { Parsed } from "./issue.ts";
import type { SecretReference } from "./types.ts";

/** `env:NAME` or `file:PATH`. Its problems never hold the text: it may be the secret itself. */
export function parseSecretReference(text: string): Parsed<SecretReference> {
  const [, kind, rest = ""] = /^(env|file|aws-secret):(.*)$/s.exec(text) ?? [];
  if (kind === "env" && /^[A-Za-z_][A-Za-z0-9_]{0,199}$/.test(rest))
    return { value: { from: "env", name: rest } };
  if (kind === "file" && /^[^\p{C}]{1,1000}$/u.test(rest)) return { value: { from: "file", path: rest } };
  const rule = "env:NAME or file:PATH; a secret's value never stands in a configuration file";
  if (kind === "aws-secret") {
    const remedy = "hand the secret over in a variable or a file, and name that here";
    return {
      problem: { failed: "names AWS Secrets Manager, which this version does not read", rule, remedy },
    };
  }
  const remedy =
    'write it like "env:SHARDLIFT_HASH_KEY"; if the secret itself stood here, replace it by a new one';
  return { problem: { failed: "is not a reference to a secret", rule, remedy } };
}
