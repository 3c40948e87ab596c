import { type FaultName, faults } from "./kernel/faults.ts";

/** How often each fault struck, as a table; what never struck stands there with a zero. */
export function renderFaults(struck: ReadonlyMap<FaultName, number>): string {
  const names = Object.keys(faults) as FaultName[];
  return names
    .map((name) => `${String(struck.get(name) ?? 0).padStart(8)}  ${name.padEnd(28)} ${faults[name]}`)
    .join("\n");
}

/** Faults that no schedule met: then nothing was learned of them. */
export function findIdleFaults(struck: ReadonlyMap<FaultName, number>): FaultName[] {
  return (Object.keys(faults) as FaultName[]).filter((name) => (struck.get(name) ?? 0) === 0);
}
