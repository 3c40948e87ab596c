import { readOutdatedDays, updateOutdatedDays } from "../lake/outdated-days.ts";
import { hashRules } from "../sql/hash-rules.ts";
import type { DayResult, TaskContext } from "./context.ts";
import { buildRules } from "./rules.ts";

/**
 * Keeps the list of outdated days true after days were extracted: made anew where the rules changed since it was
 * made, or where one of its days was extracted just now.
 */
export async function noteOutdated(context: TaskContext, results: readonly DayResult[]): Promise<void> {
  const { pipeline, ports } = context;
  for (const family of pipeline.families) {
    const done = results.filter(
      (result) => result.task === "extract" && result.family === family.family && result.outcome === "done",
    );
    if (done.length === 0) continue;
    const rulesDigest = hashRules(buildRules(context, { family }));
    const known = await readOutdatedDays(ports.store, pipeline.name, family.family);
    const isTrue =
      known?.rulesDigest === rulesDigest && !done.some((result) => known.days.includes(result.day));
    if (!isTrue) await updateOutdatedDays(ports.store, pipeline.name, family.family, rulesDigest);
  }
}
