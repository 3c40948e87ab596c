import { type FileHandle, open } from "node:fs/promises";
import { addAbortSignal } from "node:stream";
import { isShardliftError, ShardliftError } from "../../../../errors.ts";
import { readApiFault } from "../../api-error.ts";
import { translateError } from "../../errors.ts";
import type { Doing } from "../../known-errors.ts";
import type { Again } from "../storage-read/read-table.ts";
import type { Checksum, StoredExtract } from "./objects.ts";

/** Longest wait for the next bytes, ms. */
const silenceMs = 60_000;

export interface ObjectDownload {
  extract: StoredExtract;
  checksum: Checksum;
  again: Again;
  doing: Doing;
  signal: AbortSignal;
  /** Bytes that have come since the last call. */
  onBytes(bytes: number): void;
}

/** Somebody has removed the object meanwhile: another job has to bring the rows. */
export class ObjectGone extends Error {}

/**
 * Brings one object into a new file. A connection that breaks is gone on with where it stopped; the whole is checked
 * against the checksum that Cloud Storage keeps.
 * @throws ObjectGone; or ShardliftError
 */
export async function downloadObject(download: ObjectDownload, path: string): Promise<void> {
  const { extract, checksum, again, signal } = download;
  await using file = await open(path, "wx");
  let at = 0;
  const goOn = async (): Promise<"ended" | "broken"> => {
    const before = at;
    try {
      for await (const chunk of readFrom(download, at)) {
        await writeWhole(file, chunk, at);
        checksum.update(chunk);
        at += chunk.length;
        download.onBytes(chunk.length);
      }
      if (at < extract.bytes) throw buildCutError(download, at);
      return "ended";
    } catch (error) {
      if (at > before && isShardliftError(error) && error.retryable) return "broken";
      throw error;
    }
  };
  while ((await again(goOn)) === "broken") signal.throwIfAborted();
  if (at !== extract.bytes || !checksum.validate(extract.crc32c)) throw buildChecksumError(download, at);
}

/** Bytes from a place on; errors are ours, those of the disk aside. */
async function* readFrom({ extract, doing, signal }: ObjectDownload, start: number): AsyncIterable<Buffer> {
  const silence = new AbortController();
  const stream = extract.file.createReadStream({ start, decompress: false });
  addAbortSignal(AbortSignal.any([signal, silence.signal]), stream);
  let timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    for await (const chunk of stream) {
      clearTimeout(timer);
      yield chunk as Buffer;
      timer = setTimeout(() => silence.abort(), silenceMs);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (readApiFault(error)?.status === 404) throw new ObjectGone();
    throw translateError(error, { ...doing, permission: "storage.objects.get" });
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
}

/** One write may take a part only, where a disk fills up: the next one then says so. */
async function writeWhole(file: FileHandle, body: Uint8Array, start: number): Promise<void> {
  let written = 0;
  while (written < body.length) {
    const { bytesWritten } = await file.write(body, written, body.length - written, start + written);
    written += bytesWritten;
  }
}

function buildCutError({ extract, doing }: ObjectDownload, at: number): ShardliftError {
  const parts = {
    failed: doing.failed,
    rule: "an object comes as a whole",
    received: `${at} of ${extract.bytes} bytes of ${extract.name}`,
    remedy: "check network and proxy; then run again: nothing is half done",
  };
  return new ShardliftError("outside", parts, { retryable: true });
}

function buildChecksumError({ extract, doing }: ObjectDownload, at: number): ShardliftError {
  const parts = {
    failed: doing.failed,
    rule: "an object arrives as Cloud Storage keeps it: its CRC32C says so",
    received: `${at} bytes of ${extract.name} with another checksum than ${extract.crc32c}`,
    remedy:
      "run again; if it stays so, look for a proxy that changes what passes, or at this machine's memory",
  };
  return new ShardliftError("outside", parts, { retryable: true });
}
