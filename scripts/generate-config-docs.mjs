// Writes schemas/*.json, docs/configuration.md and deploy/settings/README.md from the schemas; run it after changing a key's schema.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { renderSettingsDocs } from "../deploy/src/render-settings-docs.ts";
import { buildConfigFiles, exampleFiles } from "../src/config/build-config-files.ts";
import { buildManifestFiles } from "../src/dags/build-manifest-files.ts";

const root = join(import.meta.dirname, "..");
const examples = await Promise.all(
  exampleFiles.map(async (file) => ({ file, text: await readFile(join(root, file), "utf8") })),
);
const files = {
  ...buildConfigFiles(examples),
  ...buildManifestFiles(),
  "deploy/settings/README.md": renderSettingsDocs(),
};
for (const [file, text] of Object.entries(files)) {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
  console.error(`wrote ${file}`);
}
