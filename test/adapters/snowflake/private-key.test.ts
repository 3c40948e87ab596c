import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readPrivateKey } from "../../../src/adapters/snowflake/private-key.ts";
import { isShardliftError } from "../../../src/errors.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const curve = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pkcs8 = rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const secret = { cipher: "aes-256-cbc", passphrase: "hunter2" };

function readFailure(text: string) {
  try {
    readPrivateKey(text);
  } catch (error) {
    if (isShardliftError(error)) return error;
    throw error;
  }
  throw new Error("the key was taken");
}

describe("a private key for Snowflake", () => {
  test.each([
    ["PKCS #8", pkcs8],
    ["PKCS #1", rsa.privateKey.export({ type: "pkcs1", format: "pem" }).toString()],
  ])("as %s is read", (_, text) => {
    expect(readPrivateKey(text)).toBe(pkcs8);
  });

  test.each([
    [
      "with a passphrase",
      "a key with a passphrase",
      rsa.privateKey.export({ type: "pkcs8", format: "pem", ...secret }),
    ],
    [
      "with a passphrase, in the old form",
      "a key with a passphrase",
      rsa.privateKey.export({ type: "pkcs1", format: "pem", ...secret }),
    ],
    ["that is the public half", "a public key", rsa.publicKey.export({ type: "spki", format: "pem" })],
    [
      "of an elliptic curve",
      "a private key of type ec",
      curve.privateKey.export({ type: "pkcs8", format: "pem" }),
    ],
    ["that was cut off", "a private key as PEM that is damaged or cut off", pkcs8.slice(0, 400)],
    [
      "without its heading",
      "a text without the first line of a PEM (-----BEGIN …)",
      pkcs8.split("\n").slice(1, 4).join("\n"),
    ],
    ["that is empty", "nothing", "\n"],
  ])("%s is refused, and none of it is shown", (_, received, given) => {
    const text = given.toString();
    const { code, parts, message } = readFailure(text);
    expect(code).toBe("config");
    expect(parts).toEqual({
      failed: "The private key for Snowflake cannot be read.",
      rule: "private_key names a text that holds an RSA key as PEM, without a passphrase",
      received,
      remedy: "make one: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out key.pem",
    });
    const lines = text.split("\n").filter((line) => line.length > 30 && !line.startsWith("-"));
    expect(lines.filter((line) => message.includes(line))).toEqual([]);
  });
});
