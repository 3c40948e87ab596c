import { access, constants, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { ShardliftError } from "../../errors.ts";
import type { Clock } from "../../ports.ts";
import { isMissing } from "./errors.ts";
import { openLockDatabase } from "./sqlite.ts";

export interface MutexOptions {
  /** Folder of the lock database; it exists. */
  folder: string;
  clock: Clock;
  /** How long to wait for others before giving up. */
  waitMs: number;
}

/** Runs `work` alone among all processes of this machine. `doing` tells others what we hold it for. */
export type Mutex = <T>(doing: string, work: () => Promise<T>) => Promise<T>;

const sqliteBusy = 5;
const minPollMs = 2;
const maxPollMs = 50;

/**
 * A mutex between processes: a write transaction on an empty SQLite database. The operating system drops it with
 * its process, kill -9 included, which a lock file outlives. Rejects with code `outside`, retryable, where it is
 * still held after `waitMs`. The database is opened for each use, so that a lake that was deleted and made anew
 * is never guarded by two different files.
 */
export function createMutex(options: MutexOptions): Mutex {
  let tail: Promise<unknown> = Promise.resolve();
  return (doing, work) => {
    // Calls of this process queue here, so that polling is for other processes only.
    const turn = tail.then(() => runLocked(options, doing, work));
    tail = turn.catch(() => {});
    return turn;
  };
}

async function runLocked<T>(options: MutexOptions, doing: string, work: () => Promise<T>): Promise<T> {
  const path = join(options.folder, "lock.sqlite");
  await checkWritable(path);
  const database = openLockDatabase(path);
  try {
    await acquire(database, options);
    await writeHolder(options, doing);
    return await work();
  } finally {
    // Closing rolls the empty transaction back, and that frees the lock.
    database.close();
  }
}

/** On a file that may only be read, SQLite begins a transaction that locks nobody out, and says nothing. */
async function checkWritable(path: string): Promise<void> {
  await access(path, constants.W_OK).catch((error) => {
    if (!isMissing(error)) throw error;
  });
}

async function acquire(database: DatabaseSync, options: MutexOptions): Promise<void> {
  const deadlineMs = options.clock.now() + options.waitMs;
  let pollMs = minPollMs;
  while (!begins(database)) {
    if (options.clock.now() >= deadlineMs) throw await buildHeldError(options);
    await options.clock.sleep(pollMs);
    pollMs = Math.min(pollMs * 2, maxPollMs);
  }
}

function begins(database: DatabaseSync): boolean {
  try {
    database.exec("BEGIN IMMEDIATE");
    return true;
  } catch (error) {
    const code = (error as { errcode?: number }).errcode ?? 0;
    // The low byte is the primary result code; the rest says more.
    if ((code & 0xff) === sqliteBusy) return false;
    throw error;
  }
}

/** For messages only: nothing is decided by it, and a full disk must not keep us from removing things. */
async function writeHolder(options: MutexOptions, doing: string): Promise<void> {
  const since = new Date(options.clock.now()).toISOString();
  const holder = `process ${process.pid} on ${hostname()} since ${since}, for ${doing}`;
  await writeFile(join(options.folder, "holder.txt"), holder).catch(() => {});
}

async function buildHeldError(options: MutexOptions): Promise<ShardliftError> {
  const holder = await readFile(join(options.folder, "holder.txt"), "utf8").catch(() => "an unknown process");
  return new ShardliftError(
    "outside",
    {
      failed: `The lake is locked by another process for more than ${options.waitMs} ms.`,
      rule: "One process at a time changes a lake in a folder, and only for some milliseconds.",
      received: `held by ${holder}`,
      remedy: "Look whether that process is stopped or its disk hangs; once it ends, the lock is free.",
    },
    { retryable: true },
  );
}
