import { type FileHandle, open } from "node:fs/promises";
import pMap from "p-map";
import { ShardliftError } from "../../errors.ts";
import type { Bucket } from "./bucket.ts";
import type { Again } from "./list-objects.ts";
import { readObjectSafely } from "./read-object.ts";

/** Ranges in flight, each held in memory. */
const rangesAtOnce = 4;
const rangeBytes = 16e6;

export interface FileDownload {
  bucket: Bucket;
  again: Again;
  /** In the bucket. */
  key: string;
  bytes: number;
  /** Every range is of this version; null where none is known. */
  etag: string | null;
  signal: AbortSignal;
}

/**
 * Downloads an object into a new file, in ranges and with bounded memory.
 * @throws ShardliftError `outside` where the object is gone, or another than it was
 */
export async function downloadFile(download: FileDownload, path: string): Promise<void> {
  await using file = await open(path, "wx");
  const starts = Array.from(
    { length: Math.ceil(download.bytes / rangeBytes) },
    (_, index) => index * rangeBytes,
  );
  await pMap(starts, (start) => copyRange(download, file, start), { concurrency: rangesAtOnce });
}

async function copyRange(download: FileDownload, file: FileHandle, start: number): Promise<void> {
  const { bucket, again, key, bytes, etag, signal } = download;
  signal.throwIfAborted();
  const end = Math.min(start + rangeBytes, bytes);
  const asked = { key, range: `bytes=${start}-${end - 1}`, ...(etag === null ? {} : { etag }) };
  const found = await again(() => readObjectSafely(bucket, asked));
  if (found === null || found.body.length !== end - start) throw buildMovedError(download);
  await writeWhole(file, found.body, start);
}

/** One write may take a part only, where a disk fills up: the next one then says so. */
async function writeWhole(file: FileHandle, body: Uint8Array, start: number): Promise<void> {
  let written = 0;
  while (written < body.length) {
    const { bytesWritten } = await file.write(body, written, body.length - written, start + written);
    written += bytesWritten;
  }
}

function buildMovedError({ bucket, key, bytes }: FileDownload): ShardliftError {
  return new ShardliftError(
    "outside",
    {
      failed: `s3://${bucket.place.bucket}/${key} changed while it was read.`,
      rule: "an object that is read stays the same meanwhile",
      received: `not the ${bytes} bytes it had`,
      remedy: "run again when the exports stand still",
    },
    { retryable: true },
  );
}
