import { ShardliftError } from "../errors.ts";
import { readManifest } from "../lake/manifest.ts";
import type { Manifest } from "../lake/types.ts";
import type { DayPlan } from "../plan/types.ts";
import type { TaskContext } from "./context.ts";

/** The manifest of a generation that a head names; rejects with `data` where it is missing. */
export async function requireManifest(
  { pipeline, ports }: TaskContext,
  { family, day }: Pick<DayPlan, "family" | "day">,
  generation: string,
): Promise<Manifest> {
  const manifest = await readManifest(ports.store, pipeline.name, family.family, day, generation);
  if (manifest !== null) return manifest;
  throw new ShardliftError("data", {
    failed: `The manifest of ${day}, generation ${generation}, is missing.`,
    rule: "a head names a generation whose manifest lies beside it in the lake",
    received: ports.store.location,
    remedy: `restore it from a backup, or extract the day again: shardlift rollback --days ${day}, or delete its head and run`,
  });
}
