import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import { ShardliftError } from "../errors.ts";
import type { ObjectStore } from "../ports.ts";
import { duplicatesGenerationPrefix, generationPrefix } from "./keys.ts";
import { readManifest } from "./manifest.ts";
import { swapHead } from "./swap-head.ts";
import { releaseHead, rollBackHead } from "./transitions.ts";
import type { Manifest, StoredHead } from "./types.ts";
import { verifyFolder } from "./verify-generation.ts";

export interface RollbackInput {
  store: ObjectStore;
  pipeline: string;
  family: FamilyName;
  day: Day;
  generation: string;
  /** Why, for those who find the day held. */
  reason: string;
  /** Waits before asking again after the n-th fault. */
  pause(fault: number): Promise<void>;
}

/**
 * Makes a kept generation the day's current one and holds it there; hot, cold and catalog follow the head as
 * after a commit. Rejects with `refused` where it is not kept, `data` where it is not whole any more.
 */
export async function applyRollback(input: RollbackInput): Promise<StoredHead> {
  const { store, pipeline, family, day, generation, reason, pause } = input;
  const manifest = await readManifest(store, pipeline, family, day, generation);
  if (manifest === null) throw buildLostError(day, generation, "its manifest is missing");
  await verifyWhole(store, manifest);
  const nowMs = await store.now();
  // Repair takes a generation out of history before it deletes anything: what the swap finds there is whole.
  const stored = await swapHead(
    store,
    pipeline,
    family,
    day,
    (head) => rollBackHead(head, manifest, reason, nowMs),
    pause,
  );
  if (stored === null) throw buildLostError(day, generation, "the day has no head");
  return stored;
}

/** Lets a held day follow its source again; null where it has no head. */
export async function releaseDay(
  input: Omit<RollbackInput, "generation" | "reason">,
): Promise<StoredHead | null> {
  const { store, pipeline, family, day, pause } = input;
  return swapHead(store, pipeline, family, day, releaseHead, pause);
}

async function verifyWhole(store: ObjectStore, manifest: Manifest): Promise<void> {
  const { pipeline, family, day, generation, files, duplicatesFiles } = manifest;
  try {
    await verifyFolder(store, generation, generationPrefix(pipeline, family, day, generation), files);
    const duplicates = duplicatesGenerationPrefix(pipeline, family, day, generation);
    await verifyFolder(store, generation, duplicates, duplicatesFiles);
  } catch (error) {
    if (!(error instanceof ShardliftError) || error.code !== "data") throw error;
    throw buildLostError(day, generation, error.parts.received ?? error.message);
  }
}

function buildLostError(day: Day, generation: string, received: string): ShardliftError {
  return new ShardliftError("data", {
    failed: `${day} cannot go back to generation ${generation}: it is not whole.`,
    rule: "A rollback goes to a generation whose manifest and files are all there.",
    received,
    remedy: "Choose another kept generation, or extract the day again with `shardlift backfill --days`.",
  });
}
