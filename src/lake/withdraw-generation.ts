import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import type { GenerationReport, ObjectStore } from "../ports.ts";
import { removeGeneration } from "./remove-generation.ts";

/**
 * Deletes what a writer of our own wrote and nobody needs; only for a generation that is in no history. What a run
 * elsewhere wrote stays for `repair`: another follower of that run may be about to commit it.
 */
export async function withdrawGeneration(
  store: ObjectStore,
  pipeline: string,
  family: FamilyName,
  day: Day,
  { generation, startedAtMs }: GenerationReport,
): Promise<void> {
  if (startedAtMs !== null) return;
  await removeGeneration(store, pipeline, family, day, generation);
}
