import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { hashContent, readStats } from "./file-version.ts";
import { createFolderLister, readError } from "./list-folder.ts";
import { type FilesPlace, hasRows, pickDecisive } from "./shard-state.ts";

/** Datasets as folders of this machine. */
export function createFolderPlace(path: string): FilesPlace {
  const root = resolve(path);
  const list = createFolderLister(root);
  return {
    location: `folder ${root}`,
    list,
    async readState(dataset, table) {
      const files = (await list(dataset)).get(table) ?? [];
      if (!hasRows(files)) return null;
      const folder = join(root, dataset);
      const names = pickDecisive(files).map((file) => file.name);
      return { folder, files, stats: await readStats(folder, names) };
    },
    pathOf: ({ folder }, name) => join(folder, name),
    hashContent: ({ folder, stats }) =>
      hashContent(
        folder,
        stats.map((file) => file.name),
      ),
    readText: ({ folder }, name) =>
      readFile(join(folder, name), "utf8").catch((cause) => {
        throw readError(join(folder, name), cause);
      }),
    withFooter: ({ folder }, name, read) => read(join(folder, name)),
  };
}
