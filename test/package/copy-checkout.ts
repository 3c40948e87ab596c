import { cp, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";

const leftOut = ["node_modules", "dist", "data", "tmp", "coverage"];
/** Of the CDK app, which is a package of its own. */
const leftOutBelow = /\/(node_modules|cdk\.out)$/;

/**
 * Copies the repository as it lies here, with its packages by a link: programs may write into the copy.
 * @returns the copy's root
 */
export async function copyCheckout(root: string, to: string): Promise<string> {
  const names = await readdir(root);
  const kept = names.filter((name) => name === ".npmrc" || !(name.startsWith(".") || leftOut.includes(name)));
  await Promise.all(kept.map((name) => copy(join(root, name), join(to, name))));
  await symlink(join(root, "node_modules"), join(to, "node_modules"));
  return to;
}

function copy(from: string, to: string): Promise<void> {
  return cp(from, to, { recursive: true, filter: (path) => !leftOutBelow.test(path) });
}
