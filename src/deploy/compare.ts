import type { DeployFile, FileChange } from "./types.ts";

/** How files differ from what is there, by name; what is there alone is removed. */
export function compareFiles(
  files: readonly DeployFile[],
  there: ReadonlyMap<string, Uint8Array>,
): FileChange[] {
  const names = new Set(files.map(({ name }) => name));
  const changes = files.map(({ name, body }): FileChange => {
    const former = there.get(name);
    const change = former === undefined ? "new" : isEqual(former, body) ? "same" : "changed";
    return { name, change, bytes: body.length };
  });
  const removed = [...there].filter(([name]) => !names.has(name));
  return [
    ...changes,
    ...removed.map(([name, { length }]): FileChange => ({ name, change: "removed", bytes: length })),
  ];
}

export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
