import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { DeployFile } from "../../deploy/types.ts";

/** The DAG files of this release; they lie beside `src` and `dist`, as `sql` does. */
export const dagsFolder = fileURLToPath(new URL("../../../dags/", import.meta.url));

export const dagManifestName = "shardlift_manifest.json";

/**
 * What a DAG folder gets besides the manifest, in the order in which it is put: what others import comes before them.
 * What tools leave there, and a manifest that was compiled there, are left out.
 */
export async function readDagFiles(folder: string): Promise<DeployFile[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((name) => /\.(py|json)$|^\.airflowignore$/.test(name) && name !== dagManifestName);
  const ordered = names.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Promise.all(ordered.map(async (name) => ({ name, body: await readFile(join(folder, name)) })));
}

/** What Airflow must not read as DAGs, the package, the DAG files. */
function rank(name: string): number {
  if (name === ".airflowignore") return 0;
  return name.includes("/") ? 1 : 2;
}
