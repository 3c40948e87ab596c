import { resolve } from "node:path";
import type { SecretReference } from "./types.ts";

/** A file's path is made absolute, from the configuration's folder. */
export function buildReference(reference: SecretReference, root: string): SecretReference {
  return reference.from === "file" ? { from: "file", path: resolve(root, reference.path) } : reference;
}
