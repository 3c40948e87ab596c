import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import pMap from "p-map";
import type { PutResult } from "../../ports.ts";
import { inTime, parseEtag, soon, target } from "./bucket.ts";
import { guardS3 } from "./errors.ts";
import { type FileUpload, findOwn, readRange, settleUpload, tokenMetadata } from "./file-upload.ts";
import { encryption } from "./put-object.ts";
import { isConflict, readFault } from "./read-fault.ts";

/** Parts in flight, each held in memory. */
const partsAtOnce = 4;
/** S3's own limit. */
const maxParts = 10_000;
/** A completion that met another one must begin anew, says S3. */
const maxRounds = 3;

/**
 * Uploads in parts. Each part is checked by its CRC-32 on arrival and the whole by its size; nobody sees anything
 * before the completion, which creates only. The object's etag is the one that the completion tells, as in listings.
 */
export async function uploadParts(upload: FileUpload): Promise<PutResult> {
  for (let round = 1; ; round += 1) {
    const result = await uploadRound(upload, round < maxRounds);
    if (result !== "begin anew") return result;
  }
}

async function uploadRound(upload: FileUpload, mayBeginAnew: boolean): Promise<PutResult | "begin anew"> {
  const { again } = upload;
  const id = await again(() => createUpload(upload));
  let isDone = false;
  try {
    const parts = await pMap(listRanges(upload), (range) => sendRange(upload, id, range), {
      concurrency: partsAtOnce,
    });
    const result = await again(() => complete(upload, id, parts, mayBeginAnew));
    isDone = result !== "begin anew" && result.put;
    return result;
  } finally {
    if (!isDone) await abort(upload, id);
  }
}

interface Range {
  number: number;
  start: number;
  bytes: number;
}

function listRanges({ bytes, partBytes }: FileUpload): Range[] {
  const size = Math.max(partBytes, Math.ceil(bytes / maxParts));
  return Array.from({ length: Math.ceil(bytes / size) }, (_, index) => {
    const start = index * size;
    return { number: index + 1, start, bytes: Math.min(size, bytes - start) };
  });
}

async function createUpload({ bucket, key, kmsKey, token, doing }: FileUpload): Promise<string> {
  const command = new CreateMultipartUploadCommand({
    ...target(bucket),
    Key: key,
    ChecksumAlgorithm: "CRC32",
    ...encryption(kmsKey),
    ...tokenMetadata(token),
  });
  const { UploadId } = await guardS3(bucket, doing, () => bucket.client.send(command, soon(bucket)));
  return UploadId!;
}

async function sendRange(upload: FileUpload, id: string, range: Range): Promise<CompletedPart> {
  const { bucket, key, doing, again } = upload;
  const body = await readRange(upload, range.start, range.bytes);
  const send = () =>
    bucket.client.send(
      new UploadPartCommand({
        ...target(bucket),
        Key: key,
        UploadId: id,
        PartNumber: range.number,
        Body: body,
        ChecksumAlgorithm: "CRC32",
      }),
      inTime(bucket),
    );
  const { ETag, ChecksumCRC32 } = await again(() => guardS3(bucket, doing, send));
  return { PartNumber: range.number, ETag, ChecksumCRC32 };
}

async function complete(
  upload: FileUpload,
  id: string,
  parts: CompletedPart[],
  mayBeginAnew: boolean,
): Promise<PutResult | "begin anew"> {
  const { bucket, key, bytes } = upload;
  const command = new CompleteMultipartUploadCommand({
    ...target(bucket),
    Key: key,
    UploadId: id,
    IfNoneMatch: "*",
    MpuObjectSize: bytes,
    MultipartUpload: { Parts: parts },
  });
  try {
    const { ETag } = await bucket.client.send(command, inTime(bucket));
    return { put: true, etag: parseEtag(ETag) };
  } catch (error) {
    if (mayBeginAnew && isConflict(error)) return "begin anew";
    // Gone: an answer of ours was lost, or somebody has aborted it.
    const isGone = readFault(error)?.name === "NoSuchUpload";
    if (isGone && mayBeginAnew) return (await findOwn(upload)) ?? "begin anew";
    return settleUpload(upload, error);
  }
}

/** Parts that stay are paid for; what cannot be aborted now goes by the bucket's own rule for unfinished uploads. */
async function abort({ bucket, key }: FileUpload, id: string): Promise<void> {
  const command = new AbortMultipartUploadCommand({ ...target(bucket), Key: key, UploadId: id });
  await bucket.client.send(command, soon(bucket)).catch(() => {});
}
