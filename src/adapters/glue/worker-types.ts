import type { GlueEngine } from "../../config/types.ts";

const dpusByType: Record<string, number> = {
  "G.025X": 0.25,
  "G.1X": 1,
  "G.2X": 2,
  "G.4X": 4,
  "G.8X": 8,
  "G.12X": 12,
  "G.16X": 16,
};

const coresPerDpu = 4;
/** Source bytes that one DPU reads, sorts and writes in some minutes: fewer workers wait less for each other. */
const bytesPerDpu = 2_000_000_000;
/** What Spark leaves of a worker's 4 GB per core beside its executor's heap. */
const memoryBytesPerCore = 1_000_000_000;
/** Glue bills a minute at least. */
const leastBilledSeconds = 60;

/** @returns null for a type that this release does not know. */
export function readDpus(workerType: string | undefined): number | null {
  return dpusByType[workerType ?? ""] ?? null;
}

/** Workers for so many source bytes, the driver among them, within the environment's bounds. */
export function chooseWorkers({ workerType, workers }: GlueEngine, bytes: number): number {
  const executors = Math.ceil(bytes / (bytesPerDpu * dpusByType[workerType]!));
  return Math.min(workers.max, Math.max(workers.min, executors + 1));
}

/** Cores that one task takes, so that all tasks with their memory fit beside each other on a worker. */
export function chooseTaskCpus({ workerType, taskMemoryBytes }: GlueEngine): number {
  const cores = coresPerDpu * dpusByType[workerType]!;
  return Math.min(cores, Math.ceil((taskMemoryBytes ?? memoryBytesPerCore) / memoryBytesPerCore));
}

/** What a run that has run for so long is billed, where Glue does not tell; null where the type is not known. */
export function estimateDpuSeconds(
  workerType: string | undefined,
  workers: number | undefined,
  seconds: number,
): number | null {
  const dpus = readDpus(workerType);
  if (dpus === null || workers === undefined) return null;
  return seconds === 0 ? 0 : Math.max(leastBilledSeconds, seconds) * dpus * workers;
}
