import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildFetchArguments } from "../../../src/adapters/glue/read-wheels.ts";

const requirements = fileURLToPath(new URL("../../../glue-scripts/requirements.txt", import.meta.url));

/**
 * The modules that `push-script` pushes, fetched once as its message says.
 * @param python an interpreter with pip
 * @returns the folder that has them, for `SHARDLIFT_WHEELS`
 */
export function fetchWheels(python: string): string {
  const folder = resolve(".cache", "wheels");
  const pins = readFileSync(requirements, "utf8");
  const stamp = join(folder, "fetched.txt");
  if (readIfThere(stamp) === pins) return folder;
  mkdirSync(folder, { recursive: true });
  const args = ["-m", "pip", "--quiet", ...buildFetchArguments(folder, requirements)];
  const { status, stderr } = spawnSync(python, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`the Glue script's modules could not be fetched: ${stderr}`);
  writeFileSync(stamp, pins);
  return folder;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
