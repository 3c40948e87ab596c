import { addAbortSignal, type Readable } from "node:stream";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { type Bucket, inTime, nameBelow, parseEtag, renderEtag, target } from "./bucket.ts";
import { guardS3 } from "./errors.ts";
import { isMissing } from "./read-fault.ts";

export interface ReadObject {
  /** In the bucket. */
  key: string;
  /** Only this version of the object; the call rejects with S3's `PreconditionFailed` where it is another. */
  etag?: string;
  /** `bytes=-65536` */
  range?: string;
}

/** @returns null where there is no such object; its bytes as a whole, so for small objects and ranges */
export async function readObject(
  bucket: Bucket,
  { key, etag, range }: ReadObject,
): Promise<{ body: Uint8Array; etag: string } | null> {
  const command = new GetObjectCommand({
    ...target(bucket),
    Key: key,
    ...(etag === undefined ? {} : { IfMatch: renderEtag(etag) }),
    ...(range === undefined ? {} : { Range: range }),
  });
  const limit = inTime(bucket);
  try {
    const { Body, ETag } = await bucket.client.send(command, limit);
    return { body: await readBody(Body as Readable, limit.abortSignal), etag: parseEtag(ETag) };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** The limit of the call counts for its body too: a connection that trickles is no answer. */
async function readBody(stream: Readable, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of addAbortSignal(signal, stream)) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** The same, with an error for people. */
export function readObjectSafely(bucket: Bucket, object: ReadObject) {
  return guardS3(bucket, `read ${nameBelow(bucket, object.key)}`, () => readObject(bucket, object));
}
