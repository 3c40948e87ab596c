import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildManifestFiles } from "../../src/dags/build-manifest-files.ts";

const root = join(import.meta.dirname, "../..");

test("the manifest's JSON Schema is fresh; if stale, run `node scripts/generate-config-docs.mjs`", async () => {
  for (const [file, text] of Object.entries(buildManifestFiles())) {
    expect(await readFile(join(root, file), "utf8"), `${file} is stale`).toBe(text);
  }
});
