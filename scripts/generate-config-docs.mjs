// Writes schemas/*.json and docs/configuration.md from src/config; run it after changing a key's schema.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readConfigFiles } from "../src/config/read-config-files.ts";

const root = join(import.meta.dirname, "..");
for (const [file, text] of Object.entries(await readConfigFiles(root))) {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
  console.error(`wrote ${file}`);
}
