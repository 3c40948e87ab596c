import type { BatchLimits, ReaderTarget } from "./reader-target.ts";

/** Days that go into one transaction together, in their order; a day larger than the limits goes alone. */
export function splitBatches(targets: readonly ReaderTarget[], limits: BatchLimits): ReaderTarget[][] {
  const batches: ReaderTarget[][] = [];
  let files = 0;
  let bytes = 0;
  for (const target of targets) {
    const own = target.manifest.files;
    files += own.length;
    bytes += own.reduce((sum, file) => sum + file.bytes, 0);
    const fits = files <= limits.maxFiles && bytes <= limits.maxBytes;
    if (fits && batches.length > 0) batches.at(-1)!.push(target);
    else {
      batches.push([target]);
      files = own.length;
      bytes = own.reduce((sum, file) => sum + file.bytes, 0);
    }
  }
  return batches;
}
