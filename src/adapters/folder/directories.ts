import { mkdir, open, rmdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ShardliftError } from "../../errors.ts";
import { isMissing } from "./errors.ts";

/** Makes the lake's folder where only it is missing; a missing parent is more likely a typo or an absent mount. */
export async function ensureRoot(root: string): Promise<void> {
  try {
    await mkdir(root);
    await syncDirectory(dirname(root));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") throw buildNoParentError(root, error);
    if (code !== "EEXIST" || !(await stat(root)).isDirectory()) throw error;
  }
}

function buildNoParentError(root: string, cause: unknown): ShardliftError {
  return new ShardliftError(
    "config",
    {
      failed: `The lake's folder ${root} cannot be made: the folder above it is missing.`,
      rule: "`lake.root` is created on the first write, the folder above it is not: it may be a disk that is not mounted.",
      received: `${dirname(root)} does not exist`,
      remedy: `Mount the disk, correct \`lake.root\` in the environment, or \`mkdir -p ${dirname(root)}\`.`,
    },
    { cause },
  );
}

/** Makes a folder below an existing one, durably: each folder that was new is synced into its parent. */
export async function ensureDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
}

export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, "r");
  await directory.sync();
}

/** Removes folders that became empty, upwards to the root, which stays. */
export async function removeEmpty(root: string, from: string): Promise<void> {
  for (let path = from; path.length > root.length; path = dirname(path)) {
    try {
      await rmdir(path);
    } catch (error) {
      if (isMissing(error)) continue;
      return;
    }
  }
}
