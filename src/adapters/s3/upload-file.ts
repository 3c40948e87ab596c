import { open } from "node:fs/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { PutResult } from "../../ports.ts";
import { inTime, parseEtag, target } from "./bucket.ts";
import { type FileUpload, readRange, settleUpload, tokenMetadata } from "./file-upload.ts";
import { encryption } from "./put-object.ts";
import { uploadParts } from "./upload-parts.ts";

/** Uploads a local file, create only, with bounded memory. Faults are asked again: the token settles what came of them. */
export async function uploadFile(
  upload: Omit<FileUpload, "file" | "bytes">,
  path: string,
): Promise<PutResult> {
  await using file = await open(path, "r");
  const { size: bytes } = await file.stat();
  const whole = { ...upload, file, bytes };
  if (bytes > upload.wholeBytes) return await uploadParts(whole);
  const body = await readRange(whole, 0, bytes);
  return await upload.again(() => uploadWhole(whole, body));
}

async function uploadWhole(upload: FileUpload, body: Uint8Array): Promise<PutResult> {
  const { bucket, key, kmsKey, token } = upload;
  const command = new PutObjectCommand({
    ...target(bucket),
    Key: key,
    Body: body,
    IfNoneMatch: "*",
    ...encryption(kmsKey),
    ...tokenMetadata(token),
  });
  try {
    const { ETag } = await bucket.client.send(command, inTime(bucket));
    return { put: true, etag: parseEtag(ETag) };
  } catch (error) {
    return settleUpload(upload, error);
  }
}
