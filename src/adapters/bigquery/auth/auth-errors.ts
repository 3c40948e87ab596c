import { isShardliftError, ShardliftError } from "../../../errors.ts";
import { oneLine } from "../api-error.ts";
import { type KnownAuthError, knownAuthErrors, type SignIn } from "./known-errors.ts";

interface HttpFailure {
  name?: string;
  message?: string;
  response?: { status?: number; data?: unknown };
}

/**
 * Turns what failed on the way to a token into our error. Nothing of the original is kept: requests of sign-in hold
 * signatures and tokens, and so do the errors of the packages that send them.
 */
export function translateAuthError(error: unknown, signIn: SignIn): unknown {
  if (isShardliftError(error) || !(error instanceof Error) || isBug(error)) return error;
  const { status, text } = readFailure(error);
  const known = knownAuthErrors.find(({ says }) => says.test(text));
  if (known !== undefined) return buildKnown(known, signIn, text);
  const isRefusal = status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429;
  const parts = {
    failed: `Signing in to Google ${signIn.way} failed.`,
    rule: isRefusal
      ? "Google gives out a token to whoever it knows"
      : "Google's token endpoints answer (oauth2, sts and iamcredentials.googleapis.com)",
    received: text,
    remedy: isRefusal
      ? "compare source.auth and what goes with it with docs/bigquery.md"
      : "check network and proxy; then run again: nothing is half done",
  };
  return new ShardliftError(isRefusal ? "config" : "outside", parts, { retryable: !isRefusal });
}

/** What the packages throw of their own is none of these; what is, is ours, and keeps its stack. */
function isBug(error: Error): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
}

function buildKnown(known: KnownAuthError, signIn: SignIn, text: string): ShardliftError {
  const { code, rule, remedy } = known;
  const failed = `Signing in to Google ${signIn.way} failed.`;
  return new ShardliftError(
    code,
    { failed, rule, received: text, remedy: remedy(signIn) },
    { retryable: known.retryable ?? false },
  );
}

/** What Google said, where it said something; else what the package says, which is about the network. */
function readFailure(error: Error): { status: number | null; text: string } {
  const { response, message, name } = error as HttpFailure;
  const status = response?.status ?? null;
  const told = readAnswer(response?.data);
  return { status, text: redact(oneLine(told ?? `${name}: ${message}`)) };
}

/** `{ error, error_description }` of token endpoints, `{ error: { message } }` of APIs. */
function readAnswer(data: unknown): string | null {
  if (typeof data !== "object" || data === null) return null;
  const { error, error_description: description } = data as { error?: unknown; error_description?: unknown };
  if (typeof error === "string") return `${error}: ${String(description ?? "no description")}`;
  const message = (error as { message?: unknown } | undefined)?.message;
  return typeof message === "string" ? message : null;
}

/** Tokens, signatures and keys by the forms they have, should somebody echo them. */
function redact(text: string): string {
  return text
    .replace(/\bya29\.[\w.-]+/g, "***")
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, "***")
    .replace(/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, "***")
    .replace(/-----BEGIN[\s\S]*/g, "***")
    .replace(/(?<=(?:Signature|Security-Token|assertion|subject_token)["=: %]{1,6})[\w%./+-]{16,}/gi, "***");
}
