import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ConfigFile } from "./config-digest.ts";
import { listYamlFiles } from "./read-files.ts";

/** All that commands read in one environment: every pipeline, and that environment. */
export async function readConfigFiles(root: string, environment: string): Promise<ConfigFile[]> {
  const { names } = await listYamlFiles(root, "pipelines");
  const files = [...names.map((name) => `pipelines/${name}.yaml`), `environments/${environment}.yaml`];
  return Promise.all(files.map(async (name) => ({ name, body: await readFile(join(root, name)) })));
}
