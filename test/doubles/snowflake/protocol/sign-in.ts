import { createHash, createPublicKey, createVerify, type KeyObject } from "node:crypto";
import { buildRefusal, type Reply } from "./replies.ts";

/** How somebody may sign in. Passwords are not among the ways: the double, as Snowflake will, refuses them. */
export interface User {
  /** PEM of the public key for SNOWFLAKE_JWT. */
  publicKey?: string;
  /** AWS access key id whose attestation WORKLOAD_IDENTITY brings; stands for the role's ARN. */
  awsAccessKeyId?: string;
  /** What the user may be; the first is the default. */
  roles: string[];
}

export interface SignInData {
  LOGIN_NAME?: string;
  AUTHENTICATOR?: string;
  TOKEN?: string;
  PROVIDER?: string;
  SESSION_PARAMETERS?: Record<string, string | number | boolean>;
}

/** Upper-case names. */
export type Users = Record<string, User>;

/** @returns the user's name, or the refusal */
export function checkSignIn(users: Users, data: SignInData, nowMs: number): string | Reply {
  if (data.AUTHENTICATOR === "SNOWFLAKE_JWT") return checkKeyPair(users, data, nowMs);
  if (data.AUTHENTICATOR === "WORKLOAD_IDENTITY") return checkWorkload(users, data, nowMs);
  return buildRefusal("390100", "08001", "Incorrect username or password was specified.");
}

const invalidToken = buildRefusal("390144", "08001", "JWT token is invalid.");

function checkKeyPair(users: Users, data: SignInData, nowMs: number): string | Reply {
  const name = data.LOGIN_NAME?.toUpperCase() ?? "";
  const key = users[name]?.publicKey;
  const [head = "", body = "", signature = ""] = (data.TOKEN ?? "").split(".");
  if (key === undefined || signature === "") return invalidToken;
  const publicKey = createPublicKey(key);
  const signed = createVerify("RSA-SHA256").update(`${head}.${body}`);
  if (!signed.verify(publicKey, Buffer.from(signature, "base64url"))) return invalidToken;
  const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as Record<string, unknown>;
  const isCurrent = readInstant(claims.exp) > nowMs && readInstant(claims.iat) <= nowMs + 60_000;
  if (!isCurrent) return invalidToken;
  return claims.iss === `${claims.sub}.${fingerprint(publicKey)}` ? name : invalidToken;
}

/** The driver writes ms where the standard for tokens has seconds; Snowflake takes its tokens. */
function readInstant(claim: unknown): number {
  const value = Number(claim);
  return value > 100_000_000_000 ? value : value * 1000;
}

function fingerprint(key: KeyObject): string {
  const der = key.export({ type: "spki", format: "der" });
  return `SHA256:${createHash("sha256").update(der).digest("base64")}`;
}

/**
 * The token is a signed GetCallerIdentity that Snowflake sends to AWS. The double cannot ask AWS: it checks the
 * form, and takes the signer's access key id for the identity.
 */
function checkWorkload(users: Users, data: SignInData, nowMs: number): string | Reply {
  const refused = buildRefusal("394511", "08001", "The workload identity could not be verified.");
  if (data.PROVIDER !== "AWS") return refused;
  const token = parseAttestation(data.TOKEN ?? "");
  const signer = /Credential=([^/]+)\/\d{8}\/[\w-]+\/sts\/aws4_request/.exec(token.authorization)?.[1];
  const isAsked = /^https:\/\/sts\.[\w-]+\.amazonaws\.com\/\?Action=GetCallerIdentity&/.test(token.url);
  if (!isAsked || token.audience !== "snowflakecomputing.com" || signer === undefined) return refused;
  if (Math.abs(nowMs - token.signedMs) > signatureMs) return refused;
  const found = Object.entries(users).find(([, user]) => user.awsAccessKeyId === signer);
  return found === undefined ? refused : found[0];
}

interface Attestation {
  url: string;
  audience: string;
  authorization: string;
  signedMs: number;
}

/** Documented by AWS: a signature of version 4 is taken so long before and after its time, ms. */
const signatureMs = 15 * 60_000;

/** `20261120T123456Z`. */
function parseSigned(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

function parseAttestation(token: string): Attestation {
  try {
    const parsed = JSON.parse(Buffer.from(token, "base64").toString());
    const headers = parsed.headers ?? {};
    return {
      url: String(parsed.url),
      audience: String(headers["x-snowflake-audience"]),
      authorization: String(headers.authorization),
      signedMs: parseSigned(String(headers["x-amz-date"])),
    };
  } catch {
    return { url: "", audience: "", authorization: "", signedMs: 0 };
  }
}
