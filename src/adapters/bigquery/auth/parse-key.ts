import { createPrivateKey } from "node:crypto";
import { ShardliftError } from "../../../errors.ts";

/** A service account's key, as far as signing in needs it. */
export interface ServiceAccountKey {
  email: string;
  keyId: string | null;
  /** PEM. */
  privateKey: string;
}

/** Parses the JSON that Google hands out. @throws ShardliftError `config`, with nothing of the text in it */
export function parseKey(text: string, reference: string): ServiceAccountKey {
  const refuse = (received: string) => buildKeyError(reference, received);
  const raw = parseJson(text);
  if (raw === null) throw refuse("text that is no JSON object");
  const { type, client_email: email, private_key: privateKey, private_key_id: keyId } = raw;
  if (type !== "service_account")
    throw refuse(typeof type === "string" && /^[a-z_]{1,40}$/.test(type) ? `type ${type}` : "no type");
  if (typeof email !== "string" || typeof privateKey !== "string")
    throw refuse("client_email or private_key is missing");
  if (!isPrivateKey(privateKey)) throw refuse("a private_key that cannot be read as PEM");
  return { email, privateKey, keyId: typeof keyId === "string" ? keyId : null };
}

function parseJson(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}

function buildKeyError(reference: string, received: string): ShardliftError {
  return new ShardliftError("config", {
    failed: "The service account's key cannot be used.",
    rule: "source.private_key names the JSON that Google hands out for a key, of type service_account",
    received: `${reference}: ${received}`,
    remedy: "make a key in the console, IAM & Admin > Service Accounts > Keys, and store the whole file",
  });
}
