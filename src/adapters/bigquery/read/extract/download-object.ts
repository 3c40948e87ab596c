import { type FileHandle, open } from "node:fs/promises";
import { isShardliftError, ShardliftError } from "../../../../errors.ts";
import { translateError } from "../../errors.ts";
import type { Doing } from "../../known-errors.ts";
import type { Again } from "../transport.ts";
import type { Checksum, ExtractObjects, StoredExtract } from "./objects.ts";

/** Longest wait for the next bytes, ms. */
const silenceMs = 60_000;

export interface ObjectDownload {
  objects: Pick<ExtractObjects, "openBody" | "principal">;
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
async function* readFrom(download: ObjectDownload, start: number): AsyncIterable<Buffer> {
  const { objects, extract, signal } = download;
  const silence = new AbortController();
  const either = AbortSignal.any([signal, silence.signal]);
  const listen = () => setTimeout(() => silence.abort(buildSilenceError()), silenceMs);
  let timer = listen();
  try {
    for await (const chunk of await objects.openBody(extract, start, either)) {
      clearTimeout(timer);
      yield chunk;
      timer = listen();
    }
  } catch (error) {
    signal.throwIfAborted();
    throw explain(silence.signal.aborted ? silence.signal.reason : error, download);
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

function explain(error: unknown, { doing, objects }: ObjectDownload): unknown {
  const { status, message } = (error ?? {}) as { status?: unknown; message?: string };
  if (status === 404) return new ObjectGone();
  if (typeof status !== "number") return translateError(error, doing);
  // Bodies are refused in plain text: what REST calls the reason is in the status alone.
  const reason = status === 403 ? "forbidden" : null;
  const fault = Object.assign(new Error(message), { code: status, errors: [{ reason, message }] });
  const principal = doing.principal ?? objects.principal();
  return translateError(fault, { ...doing, permission: "storage.objects.get", principal });
}

/** One write may take a part only, where a disk fills up: the next one then says so. */
async function writeWhole(file: FileHandle, body: Uint8Array, start: number): Promise<void> {
  let written = 0;
  while (written < body.length) {
    const { bytesWritten } = await file.write(body, written, body.length - written, start + written);
    written += bytesWritten;
  }
}

function buildSilenceError(): Error {
  return Object.assign(new Error(`nothing came for ${silenceMs} ms`), { code: "ETIMEDOUT" });
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
