import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Installs pinned Python packages into a virtual environment of their own, once.
 * @param folder such as `.cache/sqlfluff`
 * @param requirements file that pins them
 * @returns its interpreter; null where there is no Python 3 with pip, and nothing stays of the attempt
 */
export function installPython(folder: string, requirements: string): string | null {
  const python = join(folder, "bin", "python");
  if (existsSync(python)) return python;
  const isMade = spawnSync("python3", ["-m", "venv", folder], { stdio: "ignore" }).status === 0;
  const pip = ["-m", "pip", "install", "--quiet", "-r", requirements];
  if (isMade && spawnSync(python, pip, { stdio: "ignore" }).status === 0) return python;
  rmSync(folder, { recursive: true, force: true });
  return null;
}
