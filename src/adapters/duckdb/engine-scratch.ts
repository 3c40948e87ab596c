import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildScratchError } from "./engine-errors.ts";

const prefix = "shardlift-engine-";

/** Makes a folder of our own for one attempt; its name tells which process it belongs to. */
export async function createScratch(spill: string | null): Promise<string> {
  const root = spill ?? tmpdir();
  try {
    await mkdir(root, { recursive: true });
    return await mkdtemp(join(root, `${prefix}${process.pid}-`));
  } catch (cause) {
    throw buildScratchError(root, cause);
  }
}

export async function removeScratch(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Removes what killed processes left behind. */
export async function cleanScratch(spill: string | null): Promise<void> {
  const root = spill ?? tmpdir();
  const names = await readdir(root).catch(() => []);
  const left = names.filter((name) => name.startsWith(prefix) && !isRunning(parsePid(name)));
  await Promise.all(left.map((name) => removeScratch(join(root, name))));
}

function parsePid(name: string): number {
  return Number(name.slice(prefix.length).split("-", 1)[0]);
}

/** Signal 0 asks without sending; EPERM means that it runs as somebody else. */
function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
