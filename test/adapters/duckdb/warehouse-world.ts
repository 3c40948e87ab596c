import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDuckDbWarehouse } from "../../../src/adapters/duckdb/warehouse.ts";
import { createFolderStore } from "../../../src/adapters/folder/folder-store.ts";
import type { Clock, ObjectStore } from "../../../src/ports.ts";
import { writeGeneration } from "../../contracts/warehouse-lake.ts";
import type { WarehouseWorld } from "../../contracts/warehouse-world.ts";

export interface DuckDbWorld extends WarehouseWorld {
  folder: string;
  path: string;
  store: ObjectStore;
  clock: Clock;
}

/** How long the worlds' warehouses wait for a file, by their own clock. */
export const waitMs = 2000;

/** A clock whose sleeps take no time but pass it; `onSleep` may do meanwhile what somebody else would. */
export function createTestClock(onSleep: () => Promise<void> = async () => {}): Clock {
  let nowMs = 1_795_000_000_000;
  return {
    now: () => nowMs,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      nowMs += ms;
      await onSleep();
    },
  };
}

/** A DuckDB file and a lake in a fresh folder. @param lake name of the lake's folder */
export async function createDuckDbWorld(
  options: { lake?: string; clock?: Clock } = {},
): Promise<DuckDbWorld> {
  const folder = await mkdtemp(join(tmpdir(), "shardlift-warehouse-"));
  const path = join(folder, "warehouse.duckdb");
  const clock = options.clock ?? createTestClock();
  const store = createFolderStore({ root: join(folder, options.lake ?? "lake") });
  const warehouse = createDuckDbWarehouse({ path, waitMs, clock, store, threads: 1 });
  return {
    folder,
    path,
    store,
    clock,
    warehouse,
    write: (spec) => writeGeneration(store, spec),
    async end() {
      await warehouse.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
