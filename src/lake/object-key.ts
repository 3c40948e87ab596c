import { ShardliftError } from "../errors.ts";

/** S3's own limit, in bytes of UTF-8; kept everywhere so that a lake can move. */
const maxKeyBytes = 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f]/;

/** @returns why the text cannot be a key, in words; null where it can. */
export function findKeyFault(key: string): string | null {
  if (key === "") return "it is empty";
  if (control.test(key)) return "it holds a control character";
  if (key.includes("\\")) return "it holds a backslash";
  if (/\p{Surrogate}/u.test(key)) return "it is not valid unicode";
  if (Buffer.byteLength(key) > maxKeyBytes) return `it is longer than ${maxKeyBytes} bytes`;
  const segments = key.split("/");
  if (segments.includes("")) return "it has an empty segment (a leading, trailing or doubled slash)";
  if (segments.some((segment) => segment === "." || segment === "..")) return "it has a segment . or ..";
  return null;
}

/** Every adapter calls it first, so that no name from outside can lead out of the lake. Rejects with code `data`. */
export function checkKey(key: string): void {
  const fault = findKeyFault(key);
  if (fault !== null) throw buildKeyError(key, fault);
}

/** A prefix may be empty, end in `/` or in the middle of a segment; else as `checkKey`. */
export function checkPrefix(prefix: string): void {
  if (prefix === "") return;
  checkKey(prefix.endsWith("/") ? prefix.slice(0, -1) : prefix);
}

/** The refusal of a key, for adapters with rules of their own. */
export function buildKeyError(key: string, fault: string): ShardliftError {
  return new ShardliftError("data", {
    failed: `The lake refuses the key ${JSON.stringify(key)}: ${fault}.`,
    rule: "Keys are relative, with / between segments, and without ., .., backslashes and control characters.",
    received: JSON.stringify(key),
    remedy: "Check the name of the pipeline and of the folder that the key was made from.",
  });
}
