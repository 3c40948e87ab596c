import type { Clock, ObjectStore, RandomHex } from "../../ports.ts";

export interface DuckDbEngineOptions {
  /** What the whole process may take, in bytes. */
  memoryBytes: number;
  /** null: as many as the machine has cores, at most four. */
  threads: number | null;
  /** Size that lake files aim at. */
  fileBytes: number;
  /** Folder for what does not fit into memory; null: the system's temporary folder. */
  spill: string | null;
  store: ObjectStore;
  clock: Clock;
  randomHex: RandomHex;
  /** Read only where a recipe hashes columns. */
  readHashKey: () => Promise<Uint8Array>;
}
