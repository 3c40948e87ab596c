import type { FileHandle } from "node:fs/promises";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { ShardliftError } from "../../errors.ts";
import type { PutResult } from "../../ports.ts";
import { type Bucket, parseEtag, soon, target } from "./bucket.ts";
import { buildS3Error, guardS3 } from "./errors.ts";
import type { Again } from "./list-objects.ts";
import { isMissing, isRefused } from "./read-fault.ts";

/** One file on its way up. */
export interface FileUpload {
  bucket: Bucket;
  again: Again;
  /** In the bucket. */
  key: string;
  file: FileHandle;
  bytes: number;
  kmsKey: string | null;
  /** Unique to this upload and kept with the object: tells ours from another's where an answer was lost. */
  token: string;
  doing: string;
  /** Files above it go up in parts. */
  wholeBytes: number;
  partBytes: number;
}

/** Name of the metadata that holds the token. */
const tokenName = "shardlift-upload";

export function tokenMetadata(token: string): { Metadata: Record<string, string> } {
  return { Metadata: { [tokenName]: token } };
}

/** After a refusal or a fault: is the object there ours? Rejects with the fault where it is not, and may still come. */
export async function settleUpload(upload: FileUpload, error: unknown): Promise<PutResult> {
  const fault = buildS3Error(upload.bucket, upload.doing, error);
  if (isRefused(error)) return (await findOwn(upload)) ?? { put: false };
  if (!(fault instanceof ShardliftError && fault.retryable)) throw fault;
  const own = await findOwn(upload).catch(() => null);
  if (own === null) throw fault;
  return own;
}

/** @returns null where the key has no object, or another's */
export async function findOwn(upload: FileUpload): Promise<PutResult | null> {
  const etag = await guardS3(upload.bucket, upload.doing, () => readOwnEtag(upload));
  return etag === null ? null : { put: true, etag };
}

async function readOwnEtag({ bucket, key, token }: FileUpload): Promise<string | null> {
  try {
    const command = new HeadObjectCommand({ ...target(bucket), Key: key });
    const { Metadata, ETag } = await bucket.client.send(command, soon(bucket));
    return Metadata?.[tokenName] === token ? parseEtag(ETag) : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** @throws ShardliftError `outside` where the file has become shorter */
export async function readRange(
  { file, key }: Pick<FileUpload, "file" | "key">,
  start: number,
  bytes: number,
): Promise<Uint8Array> {
  const body = new Uint8Array(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await file.read(body, filled, bytes - filled, start + filled);
    if (bytesRead === 0) throw buildShortError(key, start + filled);
    filled += bytesRead;
  }
  return body;
}

function buildShortError(key: string, bytes: number): ShardliftError {
  return new ShardliftError("outside", {
    failed: `The file for ${key} became shorter while it was uploaded.`,
    rule: "files in the spill folder belong to the process that wrote them",
    received: `its end after ${bytes} bytes`,
    remedy: "look for what cleans `engine.spill` or the system's temporary folder, then run again",
  });
}
