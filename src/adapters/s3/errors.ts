import { ShardliftError } from "../../errors.ts";
import type { Bucket } from "./bucket.ts";
import { findMeaning } from "./meanings.ts";
import { readFault, type S3Fault } from "./read-fault.ts";

/**
 * Runs calls to a bucket; what they reject with becomes a `ShardliftError`.
 * @param doing what was tried, for the message: `write web-shop/…`
 */
export async function guardS3<T>(bucket: Bucket, doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw buildS3Error(bucket, doing, error);
  }
}

/**
 * The SDK's error is not kept as cause: it carries headers and, where a session has expired, its token.
 * @returns what is none of S3's as it is
 */
export function buildS3Error(bucket: Bucket, doing: string, error: unknown): unknown {
  const fault = error instanceof ShardliftError ? null : readFault(error);
  if (fault === null) return error;
  const { code, retryable, rule, remedy } = findMeaning(fault);
  const parts = {
    failed: `${bucket.url} could not ${doing}.`,
    rule,
    received: renderFault(fault),
    remedy: remedy({ fault, place: bucket.place }),
  };
  return new ShardliftError(code, parts, { retryable });
}

function renderFault({ name, status, text, requestId }: S3Fault): string {
  const words = text === "" || text === name ? name : `${name}: ${text}`;
  const more = [
    status === null ? null : `status ${status}`,
    requestId === null ? null : `request ${requestId}`,
  ];
  const shown = more.filter((part) => part !== null).join(", ");
  return shown === "" ? words : `${words} (${shown})`;
}
