import { readFile } from "node:fs/promises";
import { resolveSecret } from "../config/resolve-secret.ts";
import type { Environment, SecretReference } from "../config/types.ts";
import { ShardliftError } from "../errors.ts";

/** The hash key, resolved at the moment it is used. */
export async function readSecret(
  { secrets, file }: Environment,
  env: NodeJS.ProcessEnv,
): Promise<Uint8Array> {
  if (secrets.hashKey !== null) {
    return Buffer.from(await readReference(secrets.hashKey, env));
  }
  throw new ShardliftError("config", {
    failed: "A column is to be hashed, and the environment names no key.",
    rule: "columns.hash needs secrets.hash_key in the environment",
    received: file,
    remedy: "add `secrets: { hash_key: env:SHARDLIFT_HASH_KEY }` to the environment file",
  });
}

/** Any secret of an environment; the client of Secrets Manager is loaded where one is asked for. */
export function readReference(reference: SecretReference, env: NodeJS.ProcessEnv): Promise<string> {
  const readText = (path: string) => readFile(path, "utf8");
  return resolveSecret(reference, env, readText, async (arn) => {
    const { readAwsSecret } = await import("../adapters/secrets-manager/read-aws-secret.ts");
    return readAwsSecret(arn);
  });
}
