import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The CDK app is a package of its own: who works on the rest needs none of its 200 MB. */
const folder = "deploy";
const lock = join(folder, "package-lock.json");
/** Beside what it is the state of: `npm ci` takes it away with the rest. */
const installed = join(folder, "node_modules", ".shardlift-lock.json");

/** Installs the CDK app's locked packages, anew where the lock has changed. @returns why that did not work; null where it did */
export function installDeployPackages(): string | null {
  const wanted = readFileSync(lock, "utf8");
  if (existsSync(installed) && readFileSync(installed, "utf8") === wanted) return null;
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) return `npm ci in ${folder}/ failed`;
  writeFileSync(installed, wanted);
  return null;
}
