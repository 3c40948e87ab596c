import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, open, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { isMissing } from "./errors.ts";

const host = hostname().replaceAll(/[^A-Za-z0-9-]/g, "-");
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A path for one write; the name says whose it is, so that others can tell what a dead writer left. */
export function newTemporaryPath(folder: string): string {
  return join(folder, `${host}.${process.pid}.${randomUUID()}`);
}

/** Writes and syncs: what is renamed into place afterwards survives a power cut. */
export async function writeTemporary(path: string, body: Uint8Array): Promise<void> {
  await using file = await open(path, "wx");
  await file.writeFile(body);
  await file.sync();
}

export async function copyTemporary(from: string, path: string): Promise<void> {
  await copyFile(from, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await using file = await open(path, "r");
  await file.sync();
}

/**
 * Removes what dead writers left: older than an hour if their process is gone, older than a day in any case
 * (another machine's process cannot be asked, and a process number may live on in another program).
 */
export async function removeStale(folder: string, nowMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    try {
      const ageMs = nowMs - (await stat(path)).mtimeMs;
      if (ageMs > (isOfDeadWriter(name) ? hourMs : dayMs)) await rm(path, { force: true });
    } catch (error) {
      // Another process cleans too.
      if (!isMissing(error)) throw error;
    }
  }
}

function isOfDeadWriter(name: string): boolean {
  const [writerHost, writerProcess] = name.split(".");
  if (writerHost !== host) return false;
  try {
    process.kill(Number(writerProcess), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
