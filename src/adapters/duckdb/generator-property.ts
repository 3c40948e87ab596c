import { type DayRange, listDays } from "../../days/day.ts";
import type { ShardWish } from "../../generate/shard-spec.ts";
import type { GeneratedShard, ShardGenerator } from "./generator.ts";
import { createShardGenerator } from "./generator.ts";
import type { ShardTarget } from "./generator-files.ts";

/** One shard to be made. */
export interface ShardOrder {
  wish: ShardWish;
  target: ShardTarget;
}

/** How far a list of orders has come. */
export interface GenerateProgress {
  shard: GeneratedShard;
  shardsDone: number;
  shardsTotal: number;
  rowsDone: number;
  bytesDone: number;
}

/** Days of one family of one property; what is left out has the defaults of `completeSpec`. */
export interface PropertyOptions extends Omit<Partial<ShardWish>, "family" | "day" | "rows"> {
  family: ShardWish["family"];
  root: string;
  dataset: string;
  timeZone: string;
  days: DayRange;
  rowsPerDay: number;
  modifiedMs?: number;
  onProgress?: (progress: GenerateProgress) => void;
  signal?: AbortSignal;
}

/** Writes one shard a day, oldest first. */
export async function generateProperty(options: PropertyOptions): Promise<GeneratedShard[]> {
  const { root, dataset, days, rowsPerDay, modifiedMs, onProgress, signal, ...wish } = options;
  const target = { root, dataset, ...(modifiedMs !== undefined && { modifiedMs }) };
  const orders = listDays(days).map((day) => ({ wish: { ...wish, day, rows: rowsPerDay }, target }));
  const generator = await createShardGenerator();
  try {
    return await generateShards(generator, orders, onProgress, signal);
  } finally {
    generator.close();
  }
}

/**
 * Makes the shards in order, as many at once as the generator has lanes. After a failure nothing new
 * is begun; an abort ends also what is being written. Shards that stand stay.
 */
export async function generateShards(
  generator: ShardGenerator,
  orders: readonly ShardOrder[],
  onProgress: (progress: GenerateProgress) => void = () => {},
  signal?: AbortSignal,
): Promise<GeneratedShard[]> {
  const shards: GeneratedShard[] = [];
  const done = { shardsDone: 0, shardsTotal: orders.length, rowsDone: 0, bytesDone: 0 };
  await stopOnAbort(generator, signal, () =>
    runWorkers(generator.lanes, orders, async ({ wish, target }, position) => {
      signal?.throwIfAborted();
      const shard = await generator.generate(wish, target);
      shards[position] = shard;
      done.shardsDone += 1;
      done.rowsDone += shard.rows.total;
      done.bytesDone += shard.bytes;
      onProgress({ shard, ...done });
    }),
  );
  return shards;
}

/** Rejects with the signal's reason where the work ended because of it. */
async function stopOnAbort(
  generator: ShardGenerator,
  signal: AbortSignal | undefined,
  work: () => Promise<void>,
): Promise<void> {
  const stop = () => generator.stop();
  signal?.addEventListener("abort", stop);
  try {
    await work();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** Works through the items in order, `count` at once; rejects with the first failure when all workers rest. */
async function runWorkers<Item>(
  count: number,
  items: readonly Item[],
  work: (item: Item, position: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  const failures: unknown[] = [];
  const worker = async () => {
    for (const [position, item] of queue) {
      if (failures.length > 0) return;
      await work(item, position).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: count }, worker));
  if (failures.length > 0) throw failures[0];
}
