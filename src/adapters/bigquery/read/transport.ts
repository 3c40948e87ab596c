import type { DayExtract } from "../../../ports.ts";
import type { TablePlace } from "../names.ts";

/** Asks again while a fault may pass. */
export type Again = <T>(work: () => Promise<T>) => Promise<T>;

/** A table whose rows are to be here. */
export interface RowFetch {
  extract: DayExtract;
  place: TablePlace;
  /** Folder for the files, empty. */
  folder: string;
  signal: AbortSignal;
  /** How far it has come: totals of the day so far; bytes as they come over the network, rows where they are counted. */
  onBytes(bytes: number, rows: number | null, share: number): void;
  /** Where something that takes long begins or ends, in words for people. */
  onStep(text: string): void;
}

export interface FetchedRows {
  /** Parquet files. */
  paths: string[];
  /** Removes what is left outside; called when the day's head has moved, or nobody needs it. */
  remove(): Promise<void>;
}

/** A way for rows from BigQuery to here. Rejects with `outside`, retryable, where trying again may help. */
export interface Transport {
  fetch(fetch: RowFetch): Promise<FetchedRows>;
}
