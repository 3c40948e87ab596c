import { ShardliftError } from "../errors.ts";
import type { SecretReference } from "./types.ts";

/**
 * The secret itself, at the moment it is used.
 * @param readFile reads a text file; rejects where it cannot.
 * @param readAwsSecret asks AWS Secrets Manager; rejects with what is to be done where it cannot.
 * @throws ShardliftError `config`; never with anything of the secret in it.
 */
export async function resolveSecret(
  reference: SecretReference,
  env: Record<string, string | undefined>,
  readFile: (path: string) => Promise<string>,
  readAwsSecret: (arn: string) => Promise<string>,
): Promise<string> {
  switch (reference.from) {
    case "env":
      return requireSecret(
        env[reference.name],
        `env:${reference.name}`,
        `set the variable ${reference.name}`,
      );
    case "file":
      return requireSecret(
        await readSecretFile(reference.path, readFile),
        `file:${reference.path}`,
        "fill the file",
      );
    case "aws-secret":
      return requireSecret(
        await readAwsSecret(reference.arn),
        `aws-secret:${reference.arn}`,
        "give the secret a value",
      );
    default:
      return reference satisfies never;
  }
}

async function readSecretFile(path: string, readFile: (path: string) => Promise<string>): Promise<string> {
  try {
    // Editors and `echo` end a file with a newline that nobody means.
    return (await readFile(path)).replace(/\r?\n$/, "");
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    const reason = typeof code === "string" ? code : "no reason given";
    throw secretError(`file:${path}`, `the file must be readable (${reason})`, "check path and permissions");
  }
}

function requireSecret(value: string | undefined, reference: string, remedy: string): string {
  if (value !== undefined && value.trim() !== "") return value;
  throw secretError(reference, "a secret must be there and must not be empty", remedy);
}

function secretError(reference: string, rule: string, remedy: string): ShardliftError {
  return new ShardliftError("config", {
    failed: "A secret cannot be read.",
    rule,
    received: reference,
    remedy,
  });
}
