import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import type { FileHandle } from "node:fs/promises";

/**
 * Up to this size an etag is the hash of the content: everything we compare and swap is smaller, and an equal etag
 * then means equal bytes. Larger files are data, written once: size, time and file number tell them apart, and a
 * listing need not read them.
 */
export const maxHashedBytes = 64 * 1024;

/** The etag of an open file; replaced files keep their own content, since replacing is renaming. */
export async function readEtag(file: FileHandle): Promise<{ etag: string; stats: BigIntStats }> {
  const stats = await file.stat({ bigint: true });
  if (stats.size > maxHashedBytes) return { etag: renderLargeEtag(stats), stats };
  return { etag: hashEtag(await readStart(file, Number(stats.size))), stats };
}

export function hashEtag(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

export function renderLargeEtag(stats: BigIntStats): string {
  return `${stats.size.toString(16)}-${stats.mtimeNs.toString(16)}-${stats.ino.toString(16)}`;
}

/** Reads at explicit positions: the handle's own position stays at 0 for whoever reads the body next. */
async function readStart(file: FileHandle, bytes: number): Promise<Uint8Array> {
  const body = new Uint8Array(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await file.read(body, filled, bytes - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return body.subarray(0, filled);
}
