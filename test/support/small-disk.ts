import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { onTestFinished } from "vitest";

/** A file system that is soon full, below a folder that exists from then on. */
export interface SmallDisk {
  /** Bytes of all that lies on it. */
  readUsedBytes(): number;
  /** Takes it away; the folder is an ordinary one again. */
  remove(): void;
}

/** @returns null where none can be mounted: that needs root. It goes with the test. */
export async function mountSmallDisk(folder: string, sizeBytes: number): Promise<SmallDisk | null> {
  await mkdir(folder, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return null;
  }
  let isMounted = true;
  const remove = () => {
    if (isMounted) execFileSync("umount", ["-l", folder]);
    isMounted = false;
  };
  onTestFinished(remove);
  const readUsedBytes = () => {
    const [, used] = execFileSync("df", ["--block-size=1", "--output=used", folder], { encoding: "utf8" })
      .trim()
      .split("\n");
    return Number(used);
  };
  return { readUsedBytes, remove };
}
