/** @returns the generation that a partition's folder is of, or null where it is none of ours. */
export function readGeneration(partition: string): string | null {
  return /\/generation=([^/]+)\/?$/.exec(partition)?.[1] ?? null;
}
