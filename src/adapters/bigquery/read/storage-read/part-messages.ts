/** What a thread that writes Parquet is told. */
export type PartRequest =
  | { do: "batch"; id: number; batch: Uint8Array; rows: number } // one record batch as it came
  | { do: "finish"; id: number }; // writes what is left

/** What it answers, once for each request. */
export type PartAnswer = { id: number; paths: string[] } | { id: number; fault: PartFault };

/** Errors lose their kind on the way between threads. */
export interface PartFault {
  /** `unreadable`: what came is not what was asked for. */
  kind: "unreadable" | "other";
  text: string;
}

/** What it knows from the start. */
export interface PartSetup {
  folder: string;
  /** Begins the names of its files, so that threads do not meet. */
  prefix: string;
  /** Arrow's schema as a message. */
  schema: Uint8Array;
  /** Plain Arrow that becomes one file, in bytes. */
  partBytes: number;
}
