/** A file as it ought to be, by its name below the place it is deployed to. */
export interface DeployFile {
  name: string;
  body: Uint8Array;
}

export type Change = "new" | "changed" | "same" | "removed";

export interface FileChange {
  name: string;
  change: Change;
  bytes: number;
}

/** An object to be put: instead of the one with this etag, or where there is none (null). */
export interface Put {
  key: string;
  body: Uint8Array;
  etag: string | null;
}

/** How one place differs from what it ought to be. */
export interface PlacePlan {
  part: "configuration" | "script" | "DAGs";
  /** Against what is deployed now, for people. */
  changes: FileChange[];
  /** Whether there is nothing to do. */
  isInStep: boolean;
}

/** What applying a plan needs besides the store. */
export interface DeployRun {
  again: <T>(work: () => Promise<T>) => Promise<T>;
  /** Ends the work between two objects. */
  signal: AbortSignal;
  /** Called as parts end, in words for people. */
  report(text: string): void;
}
