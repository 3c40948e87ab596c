import { availableParallelism } from "node:os";

/** What Node, DuckDB's code and its allocator take beside the memory that DuckDB counts. */
const overheadShare = 0.35;
const maxThreads = 4;
/** A thread that reads and writes wide rows at once takes about this much. */
const threadBytes = 400_000_000;

/** DuckDB's own limit, so that the whole process stays under the setting. */
export function chooseMemory(memoryBytes: number): number {
  return Math.floor(memoryBytes * (1 - overheadShare));
}

/** Threads that were asked for, or as many as cores and memory allow. */
export function chooseThreads(threads: number | null, memoryBytes: number): number {
  if (threads !== null) return threads;
  const byMemory = Math.max(1, Math.floor(memoryBytes / threadBytes));
  return Math.min(maxThreads, availableParallelism(), byMemory);
}
