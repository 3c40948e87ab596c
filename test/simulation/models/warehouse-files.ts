import type { Column } from "../../../src/days/schema.ts";
import { ShardliftError } from "../../../src/errors.ts";
import { type ModelFile, parseModelFile } from "./content.ts";
import type { HotBatch } from "./warehouse-tables.ts";

/** The lake as a warehouse sees it through its stage. */
export interface LakeView {
  read(key: string): Uint8Array | null;
  list(prefix: string): string[];
}

/** Lake objects never change, so each is parsed once. */
const parsed = new WeakMap<Uint8Array, ModelFile>();

/** @returns what a table with these columns gets of the file: it takes the columns that it has, silently no others */
export function findBatch(lake: LakeView, columns: readonly Column[], key: string): HotBatch | null {
  const body = lake.read(key);
  if (body === null) return null;
  const file = parsed.get(body) ?? parseModelFile(body);
  parsed.set(body, file);
  const { day, generation, rows } = file;
  const known = file.columns.filter((name) => columns.some((column) => column.name === name));
  return { key, day, generation, columns: known, rows };
}

/** @throws ShardliftError `data` where the file is not there */
export function readBatch(lake: LakeView, columns: readonly Column[], key: string): HotBatch {
  const batch = findBatch(lake, columns, key);
  if (batch === null) throw new ShardliftError("data", { failed: `The lake has no file ${key}.` });
  return batch;
}
