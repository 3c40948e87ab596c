import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { JobsWorld } from "../jobs/types.ts";
import type { Operations } from "../operations.ts";
import { createCrawlerOperations } from "./crawlers.ts";
import type { CatalogModel } from "./model.ts";
import { createPartitionOperations } from "./partitions.ts";
import { createTableOperations } from "./tables.ts";

/** The catalog's half of the Glue double. */
export interface CatalogDouble {
  /** What it holds and how it behaves; tests look into it and change it. Set once the double was started. */
  readonly model: CatalogModel;
  /** For `startGlueDouble`. */
  operations: (clock: CatalogModel["clock"], world: JobsWorld) => Operations;
}

/** @param bucketsRoot folder of this machine that holds `<bucket>/<key>`; null: crawls find nothing */
export function createCatalogDouble(
  options: Partial<CatalogModel> & { bucketsRoot?: string | null } = {},
): CatalogDouble {
  const { bucketsRoot = null, ...over } = options;
  let model: CatalogModel | null = null;
  return {
    get model() {
      if (model === null) throw new Error("the double was not started");
      return model;
    },
    operations(clock, { account, region, tags }) {
      model = {
        ...{ clock, account, region, tags },
        databases: new Map(),
        crawlers: new Map(),
        pageSize: 1000,
        absentKeys: "omitted",
        refused: new Map(),
        crawlMs: 180_000,
        stopMs: 20_000,
        fates: [],
        listFiles: (uri) => (bucketsRoot === null ? Promise.resolve([]) : listFiles(bucketsRoot, uri)),
        ...over,
      };
      return {
        ...createTableOperations(model),
        ...createPartitionOperations(model),
        ...createCrawlerOperations(model),
      };
    },
  };
}

async function listFiles(root: string, uri: string): Promise<string[]> {
  const folder = join(root, uri.replace(/^s3:\/\//, ""));
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.map((name) => join(folder, name));
}
