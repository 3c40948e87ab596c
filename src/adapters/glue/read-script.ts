import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Script, ScriptFile } from "../../ports.ts";
import { buildZip, type ZipEntry } from "./build-zip.ts";
import { parsePins, readWheels } from "./read-wheels.ts";

/** What `bundle.json` says of the folder it is in. */
interface Bundle {
  script: string;
  package: string;
  archive: string;
  requirements: string;
}

export interface ScriptFolders {
  /** Has `bundle.json`. */
  scripts: string;
  /** Wheels of the pinned modules. */
  wheels: string;
}

/**
 * The script of this release. Its digest is over the script, its package, and the pins of its modules, which name
 * their content: so the wheels themselves are needed by nobody but who pushes them.
 */
export async function readScript({ scripts, wheels }: ScriptFolders): Promise<Script> {
  const bundle = JSON.parse(await readFile(join(scripts, "bundle.json"), "utf8")) as Bundle;
  const script = await readFile(join(scripts, bundle.script));
  const requirements = await readFile(join(scripts, bundle.requirements));
  const archive = buildZip(await readPackage(scripts, bundle.package));
  const digest = hashParts([script, archive, requirements]);
  const readFiles = async (): Promise<ScriptFile[]> => [
    { name: bundle.script, role: "script", body: script },
    { name: bundle.archive, role: "archive", body: archive },
    ...(await readWheels(wheels, join(scripts, bundle.requirements), parsePins(requirements.toString()))),
  ];
  return { digest, readFiles };
}

/** Each part's length goes before it, so that no two bundles have the same text. */
function hashParts(parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}\n`).update(part);
  return hash.digest("hex");
}

/** The package's code and statements by their paths, in a fixed order; no tests, and nothing that tools leave there. */
async function readPackage(folder: string, name: string): Promise<ZipEntry[]> {
  const found = await readdir(join(folder, name), { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => /\.(py|sql)$/.test(path) && !/\/(test_|conftest)[^/]*\.py$/.test(path));
  const names = paths.map((path) => path.slice(folder.length).replace(/^\/+/, ""));
  return Promise.all(
    names.sort().map(async (path) => ({ name: path, body: await readFile(join(folder, path)) })),
  );
}
