import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ShardliftError } from "../../errors.ts";
import { parseFileName, type ShardFile } from "./file-name.ts";

/** Files of a dataset's folder by table, in the order of their names. */
export type FolderListing = ReadonlyMap<string, readonly ShardFile[]>;

/** A folder changed so shortly before it was listed may change again within the same tick of its clock. */
const racyMs = 2_000;

/**
 * Lists folders of datasets. A listing is kept as long as the folder's modification time stands, so that a
 * version costs the folder's stat and its files' stats, however many other days lie there.
 * @returns a function from dataset to listing, which rejects with code `config` where a folder is missing
 */
export function createFolderLister(root: string): (dataset: string) => Promise<FolderListing> {
  const kept = new Map<string, { mtimeNs: bigint; listing: FolderListing }>();
  return async (dataset) => {
    const folder = join(root, checkDataset(dataset));
    try {
      const { mtimeNs } = await stat(folder, { bigint: true });
      const known = kept.get(dataset);
      if (known?.mtimeNs === mtimeNs) return known.listing;
      const listing = groupByTable(await readdir(folder));
      const settled = Date.now() - Number(mtimeNs / 1_000_000n) > racyMs;
      if (settled) kept.set(dataset, { mtimeNs, listing });
      else kept.delete(dataset);
      return listing;
    } catch (cause) {
      throw await folderError(root, dataset, cause);
    }
  };
}

/** No name leads out of the root. */
export function checkDataset(dataset: string): string {
  if (/^[A-Za-z0-9_]+$/.test(dataset)) return dataset;
  throw new ShardliftError("config", {
    failed: "The name of a dataset cannot be used.",
    rule: "BigQuery's dataset names are letters, digits and _",
    received: JSON.stringify(dataset),
  });
}

export function groupByTable(names: readonly string[]): FolderListing {
  const tables = new Map<string, ShardFile[]>();
  for (const name of names.toSorted()) {
    const file = parseFileName(name);
    if (file === null) continue;
    const files = tables.get(file.table);
    if (files) files.push(file);
    else tables.set(file.table, [file]);
  }
  return tables;
}

async function folderError(root: string, dataset: string, cause: unknown): Promise<unknown> {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === undefined) return cause;
  const folder = join(root, dataset);
  if (code === "ENOENT" && !(await exists(root))) return missingFolder(`source folder ${root}`, cause);
  if (code === "ENOENT") return missingFolder(`folder ${folder} of the dataset ${dataset}`, cause);
  return readError(folder, cause);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function missingFolder(which: string, cause: unknown): ShardliftError {
  return new ShardliftError(
    "config",
    {
      failed: `The ${which} does not exist.`,
      rule: "a files source keeps shards in <root>/<dataset>/<shard>[-NNN].(parquet|jsonl|jsonl.gz)",
      remedy:
        "correct source.root in the environment or property.dataset in the pipeline, or put the exports there",
    },
    { cause },
  );
}

/** For a folder or file that is there and cannot be read. */
export function readError(path: string, cause: unknown): ShardliftError {
  const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
  const ofPeople = ["EACCES", "EPERM", "ENOTDIR", "EISDIR"].includes(code);
  return new ShardliftError(
    ofPeople ? "config" : "outside",
    {
      failed: `${path} cannot be read.`,
      received: code,
      ...(ofPeople ? { remedy: "make it a readable folder or file for the user that runs shardlift" } : {}),
    },
    { cause, retryable: !ofPeople },
  );
}
