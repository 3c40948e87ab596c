import type { DoubleClock } from "../clock.ts";

/** How long a table remembers what was loaded into it, ms. */
export const metadataLifeMs = 64 * 24 * 3600_000;

/** A file as a stage lists it. */
export interface StagedFile {
  /** As results name it: the stage's URL and the path. */
  url: string;
  /** On this machine. */
  path: string;
  bytes: number;
  etag: string;
  modifiedMs: number;
}

export interface LoadedFile {
  etag: string;
  loadedMs: number;
}

/** What a table remembers, by the file's URL. DELETE does not touch it. */
export interface LoadMetadata {
  files: Map<string, LoadedFile>;
  /** When rows were first loaded, ms; null: never. */
  firstLoadMs: number | null;
}

export function createLoadMetadata(): LoadMetadata {
  return { files: new Map(), firstLoadMs: null };
}

export type LoadStatus = "new" | "loaded" | "unknown";

/**
 * Documented: a file's status is unknown where it was last modified, and the table first loaded, more than 64 days
 * ago, and the file, if it was ever loaded, as well.
 */
export function readStatus(
  metadata: LoadMetadata,
  pending: ReadonlyMap<string, LoadedFile>,
  file: StagedFile,
  clock: DoubleClock,
): LoadStatus {
  const limitMs = clock.now() - metadataLifeMs;
  const known = pending.get(file.url) ?? metadata.files.get(file.url);
  if (known !== undefined && known.loadedMs > limitMs) return known.etag === file.etag ? "loaded" : "new";
  const isOldTable = metadata.firstLoadMs !== null && metadata.firstLoadMs <= limitMs;
  return isOldTable && file.modifiedMs <= limitMs ? "unknown" : "new";
}

/** COMMIT: what the transaction loaded is remembered with its rows. */
export function remember(metadata: LoadMetadata, loaded: ReadonlyMap<string, LoadedFile>): void {
  for (const [url, file] of loaded) {
    metadata.files.set(url, file);
    metadata.firstLoadMs = Math.min(metadata.firstLoadMs ?? file.loadedMs, file.loadedMs);
  }
}
