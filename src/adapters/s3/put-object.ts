import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { PutCondition, PutResult } from "../../ports.ts";
import { type Bucket, parseEtag, renderEtag, soon, target } from "./bucket.ts";
import { buildS3Error } from "./errors.ts";
import type { Again } from "./list-objects.ts";
import { isConflict, isMissing, isRefused, isSkewed } from "./read-fault.ts";

/** How what we write is encrypted: by a key, or as the bucket does by itself. */
export function encryption(kmsKey: string | null) {
  if (kmsKey === null) return {};
  return { ServerSideEncryption: "aws:kms", SSEKMSKeyId: kmsKey, BucketKeyEnabled: true } as const;
}

export interface ObjectPut {
  /** In the bucket. */
  key: string;
  body: Uint8Array;
  condition: PutCondition;
  kmsKey: string | null;
  doing: string;
}

/**
 * One conditional put, asked again only where nothing was done for certain.
 * @throws ShardliftError retryable `outside` where the outcome is unknown
 */
export async function putObject(bucket: Bucket, again: Again, put: ObjectPut): Promise<PutResult> {
  const outcome = await again(() => tryPut(bucket, put));
  if ("fault" in outcome) throw outcome.fault;
  return outcome;
}

/** Rejects only where the put was not done; what is unknown or final is an answer. */
async function tryPut(bucket: Bucket, put: ObjectPut): Promise<PutResult | { fault: unknown }> {
  try {
    const { ETag } = await bucket.client.send(buildCommand(bucket, put), soon(bucket));
    return { put: true, etag: parseEtag(ETag) };
  } catch (error) {
    if (isRefused(error)) return { put: false };
    if ("ifMatch" in put.condition && isMissing(error)) return { put: false };
    const fault = buildS3Error(bucket, put.doing, error);
    if (isConflict(error) || isSkewed(error)) throw fault;
    return { fault };
  }
}

function buildCommand(bucket: Bucket, { key, body, condition, kmsKey }: ObjectPut): PutObjectCommand {
  return new PutObjectCommand({
    ...target(bucket),
    Key: key,
    Body: body,
    ContentType: "application/json",
    ...encryption(kmsKey),
    ...("ifAbsent" in condition ? { IfNoneMatch: "*" } : { IfMatch: renderEtag(condition.ifMatch) }),
  });
}
