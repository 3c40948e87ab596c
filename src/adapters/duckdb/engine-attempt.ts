import type { DayExtract, EngineContext } from "../../ports.ts";
import type { DuckDbEngineOptions } from "./engine-options.ts";

/** One attempt at one day. */
export interface Attempt {
  options: DuckDbEngineOptions;
  extract: DayExtract;
  context: EngineContext;
  generation: string;
  threads: number;
  /** Folder of this attempt alone; gone when it ends. */
  scratch: string;
}
