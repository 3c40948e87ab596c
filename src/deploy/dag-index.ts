import { z } from "zod";
import { parseObject } from "../lake/parse-object.ts";
import type { ObjectStore } from "../ports.ts";

/** Beside the DAG files: names of those that deploys have put, so that they remove nothing else. */
export const indexKey = "shardlift_deployed.json";

const indexFormatVersion = 1;

const schema = z.strictObject({
  formatVersion: z.literal(indexFormatVersion),
  files: z.array(z.string().min(1)),
});

export interface DagIndex {
  /** Sorted. */
  names: string[];
  /** null: there is none yet. */
  etag: string | null;
}

/** Rejects as `parseObject` where it is none of ours. */
export async function readDagIndex(store: ObjectStore): Promise<DagIndex> {
  const found = await store.get(indexKey);
  if (found === null) return { names: [], etag: null };
  const { files } = parseObject("list of deployed files", indexKey, found.body, indexFormatVersion, schema);
  return { names: files.toSorted(), etag: found.etag };
}

export function renderDagIndex(names: Iterable<string>): Uint8Array {
  const files = [...new Set(names)].sort();
  return new TextEncoder().encode(
    `${JSON.stringify({ formatVersion: indexFormatVersion, files }, null, 2)}\n`,
  );
}
