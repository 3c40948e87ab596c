import { createPrivateKey, type KeyObject } from "node:crypto";
import { ShardliftError } from "../../errors.ts";

/** @returns the key as the driver takes it. @throws ShardliftError `config`, never with anything of the key in it */
export function readPrivateKey(text: string): string {
  const key = parseKey(text);
  if (key?.asymmetricKeyType === "rsa") return key.export({ type: "pkcs8", format: "pem" }).toString();
  throw new ShardliftError("config", {
    failed: "The private key for Snowflake cannot be read.",
    rule: "private_key names a text that holds an RSA key as PEM, without a passphrase",
    received: key === null ? describeText(text) : `a private key of type ${key.asymmetricKeyType}`,
    remedy: "make one: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out key.pem",
  });
}

function parseKey(text: string): KeyObject | null {
  try {
    return createPrivateKey(text);
  } catch {
    return null;
  }
}

/** By its headings alone: what lies between them is secret. */
function describeText(text: string): string {
  if (text.trim() === "") return "nothing";
  if (/BEGIN ENCRYPTED PRIVATE KEY|^Proc-Type:.*ENCRYPTED/m.test(text)) return "a key with a passphrase";
  if (/BEGIN ([A-Z]+ )?PUBLIC KEY/.test(text)) return "a public key";
  if (/BEGIN CERTIFICATE/.test(text)) return "a certificate";
  if (/BEGIN OPENSSH PRIVATE KEY/.test(text)) return "a key in OpenSSH's form";
  if (/BEGIN ([A-Z]+ )?PRIVATE KEY/.test(text)) return "a private key as PEM that is damaged or cut off";
  return "a text without the first line of a PEM (-----BEGIN …)";
}
