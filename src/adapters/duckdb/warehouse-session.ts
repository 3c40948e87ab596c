import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Clock } from "../../ports.ts";
import { type Database, type DatabaseOptions, openDatabase } from "./database.ts";
import { runUntilAborted } from "./warehouse-abort.ts";
import { buildHeldError, isHeldElsewhere, translateError } from "./warehouse-errors.ts";

/** How a file is opened and how long others may hold it. */
export interface SessionOptions {
  path: string;
  /** How long to wait for another process, ms. */
  waitMs: number;
  clock: Clock;
  /** Ends the wait, and the statement that runs. */
  signal?: AbortSignal;
  memoryBytes?: number;
  threads?: number | null;
  spill?: string | null;
}

/** Opens the file for one call and never longer. */
export interface Sessions {
  /** The file is released when `release` is called, once or more; whoever asks meanwhile waits. */
  open(access: "read" | "write"): Promise<{ database: Database; release(): void }>;
  run<T>(access: "read" | "write", work: (database: Database) => Promise<T>): Promise<T>;
}

/**
 * The kernel's file locks do not hold between two openings of one process, so those queue up here. By path, for
 * the whole process: that is how far a file's lock reaches.
 */
const queues = new Map<string, Promise<void>>();

const firstStepMs = 20;
const longestStepMs = 500;

/** Sessions on one DuckDB file. A call inside another call's session on the same file would wait for itself. */
export function createSessions(options: SessionOptions): Sessions {
  const path = resolve(options.path);
  const open: Sessions["open"] = async (access) => {
    const leave = await enterQueue(path);
    try {
      const database = await openWithin(path, access, options);
      return { database, release: once(() => closeAndLeave(database, leave)) };
    } catch (error) {
      leave();
      throw error;
    }
  };
  const run: Sessions["run"] = async (access, work) => {
    const session = await open(access);
    try {
      return await runUntilAborted(session.database, options.signal, work);
    } finally {
      session.release();
    }
  };
  return { open, run };
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    work();
  };
}

function closeAndLeave(database: Database, leave: () => void): void {
  try {
    database.close();
  } finally {
    leave();
  }
}

/** First come, first served; @returns what lets the next one in. */
async function enterQueue(path: string): Promise<() => void> {
  const before = queues.get(path) ?? Promise.resolve();
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const after = before.then(() => left);
  queues.set(path, after);
  await before;
  return () => {
    if (queues.get(path) === after) queues.delete(path);
    leave();
  };
}

async function openWithin(
  path: string,
  access: "read" | "write",
  options: SessionOptions,
): Promise<Database> {
  if (access === "write") mkdirSync(dirname(path), { recursive: true });
  const endMs = options.clock.now() + options.waitMs;
  for (let stepMs = firstStepMs; ; stepMs = Math.min(stepMs * 2, longestStepMs)) {
    try {
      return await openDatabase(buildDatabaseOptions(path, access, options));
    } catch (error) {
      if (!isHeldElsewhere(error))
        throw translateError(error, `The warehouse file ${path} cannot be opened.`);
      const leftMs = endMs - options.clock.now();
      if (leftMs <= 0) throw buildHeldError(path, options.waitMs, error);
      await options.clock.sleep(Math.min(stepMs, leftMs), options.signal);
    }
  }
}

function buildDatabaseOptions(
  path: string,
  access: "read" | "write",
  options: SessionOptions,
): DatabaseOptions {
  return {
    path,
    readOnly: access === "read",
    threads: options.threads ?? null,
    spill: options.spill ?? null,
    ...(options.memoryBytes === undefined ? {} : { memoryBytes: options.memoryBytes }),
  };
}
