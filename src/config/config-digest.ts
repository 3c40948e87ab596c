import { createHash } from "node:crypto";

/** One file of a configuration, by its path in it: `pipelines/web-shop.yaml`. */
export interface ConfigFile {
  name: string;
  body: Uint8Array;
}

/**
 * Hash of a whole configuration, whatever the order of its files: what it is named by where it was deployed.
 * @returns 64 hex digits
 */
export function buildConfigDigest(files: readonly ConfigFile[]): string {
  const hash = createHash("sha256");
  // Lengths go before, so that no two configurations have the same text.
  for (const { name, body } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(`${Buffer.byteLength(name)} ${body.length}\n${name}`).update(body);
  }
  return hash.digest("hex");
}

/** @returns the digest that an address ends with, or null: only what was deployed has one */
export function findNamedDigest(url: string): string | null {
  return /\/([0-9a-f]{64})\/?$/.exec(url)?.[1] ?? null;
}
