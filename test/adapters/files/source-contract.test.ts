import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { DataFormat } from "../../../src/adapters/files/file-name.ts";
import { createFilesSource } from "../../../src/adapters/files/source.ts";
import { type SourceWorld, testSource } from "../../contracts/source.ts";
import { makeFolder, writePart } from "./write-shard.ts";

async function makeWorld(format: DataFormat): Promise<SourceWorld> {
  const root = await makeFolder();
  const dataset = "analytics_123456789";
  const folder = join(root, dataset);
  await mkdir(folder);
  return {
    source: createFilesSource({ root }),
    dataset,
    missingDataset: "analytics_404",
    countsRows: format === "parquet",
    write: async (table, schema, rows) => {
      await writePart(folder, table, format, schema, rows);
    },
    async remove(table) {
      const files = (await readdir(folder)).filter((name) => name.startsWith(`${table}.`));
      for (const name of files) await rm(join(folder, name));
    },
  };
}

for (const format of ["parquet", "jsonl", "jsonl.gz"] as const) {
  testSource(`files, ${format}`, () => makeWorld(format));
}
