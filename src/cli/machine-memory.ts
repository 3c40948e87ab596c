import { totalmem } from "node:os";
import type { Environment } from "../config/types.ts";

/**
 * What this process may have at most, in bytes: the machine's memory, or less where it runs in a container.
 * @param limitBytes what its container sets; 0: nothing
 */
export function readMachineMemory(limitBytes = process.constrainedMemory(), totalBytes = totalmem()): number {
  return limitBytes > 0 ? Math.min(limitBytes, totalBytes) : totalBytes;
}

/**
 * The environment with an engine that stays below what there is: a container that is taken for its host ends without a
 * word when its engine has filled it. Pure.
 */
export function boundMemory(environment: Environment, machineBytes: number): Environment {
  const { engine } = environment;
  if (engine.type !== "duckdb" || engine.memoryBytes <= machineBytes) return environment;
  return { ...environment, engine: { ...engine, memoryBytes: machineBytes } };
}
