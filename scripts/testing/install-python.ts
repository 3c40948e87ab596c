import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Installs pinned Python packages into a virtual environment of their own, anew where the pins have changed.
 * @param folder such as `.cache/sqlfluff`
 * @param requirements file that pins them
 * @returns its interpreter; null where there is no Python 3 with pip, and nothing stays of the attempt
 */
export function installPython(folder: string, requirements: string): string | null {
  const python = join(folder, "bin", "python");
  const installed = join(folder, "requirements.txt");
  const pins = readFileSync(requirements, "utf8");
  if (existsSync(installed) && readFileSync(installed, "utf8") === pins) return python;
  rmSync(folder, { recursive: true, force: true });
  const isMade = spawnSync("python3", ["-m", "venv", folder], { stdio: "ignore" }).status === 0;
  const pip = ["-m", "pip", "install", "--quiet", "-r", requirements];
  if (isMade && spawnSync(python, pip, { stdio: "ignore" }).status === 0) {
    writeFileSync(installed, pins);
    return python;
  }
  rmSync(folder, { recursive: true, force: true });
  return null;
}
