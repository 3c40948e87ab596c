import pMap from "p-map";
import type { Clock, DayExtract, DayOutcome, Engine, EngineContext } from "../../../ports.ts";
import { parseTableUri } from "../names.ts";
import { createDeadline } from "./deadline.ts";
import { type ExtractOptions, leaveExtract } from "./extract/create-extract.ts";

/** Jobs that are waited for at once; BigQuery runs many more. */
const jobsAtOnce = 20;

export interface ExtractingOptions {
  extract: ExtractOptions;
  clock: Clock;
}

interface Extracted {
  extract: DayExtract;
  remove(): Promise<void>;
}

type Refused = Extract<DayOutcome, { error: unknown }>;

/**
 * Lets an engine elsewhere read BigQuery's tables by extract jobs: each table is extracted once, here, and its objects
 * become the day's parts (`gs://bucket/object`, the generation as etag), removed when the day has been lifted. Jobs are
 * joined, so whoever comes back to a live run of the same version names the same objects.
 */
export function withExtractedParts(engine: Engine, options: ExtractingOptions): Engine {
  return {
    name: engine.name,
    daysAtOnce: engine.daysAtOnce,
    async *extract(days, context): AsyncIterable<DayOutcome> {
      const made = await pMap(days, (day) => extractDay(options, day, context), { concurrency: jobsAtOnce });
      yield* made.filter((one) => "error" in one);
      const extracted = made.filter((one) => "extract" in one);
      if (extracted.length === 0) return;
      const ready = extracted.map(({ extract }) => extract);
      for await (const outcome of engine.extract(ready, context)) {
        yield outcome;
        // Whoever asks for the next outcome has done with this one; a day that failed is tried again and finds them.
        if (!("error" in outcome)) await removeObjects(extracted, outcome, context);
      }
    },
  };
}

async function extractDay(
  { extract: options, clock }: ExtractingOptions,
  day: DayExtract,
  context: EngineContext,
): Promise<Extracted | Refused> {
  const place = parseTableUri(day.shard.parts[0]?.path ?? "");
  if (place === null) return { extract: day, remove: async () => {} };
  const deadline = createDeadline(day.deadlineMs, clock);
  const signal = AbortSignal.any([context.signal, deadline.signal]);
  try {
    const { found, remove } = await leaveExtract(options, { extract: day, place, signal });
    const parts = found.map(({ name, bytes, generation }) => ({
      path: `gs://${options.place.bucket}/${name}`,
      format: "parquet" as const,
      bytes,
      etag: String(generation),
    }));
    return { extract: { ...day, shard: { ...day.shard, parts } }, remove };
  } catch (error) {
    return { day: day.day, family: day.family, error, generation: null };
  } finally {
    deadline.forget();
  }
}

/** What stays there costs a little until it goes by itself: no reason for a day to fail. */
async function removeObjects(
  extracted: readonly Extracted[],
  { day, family }: DayOutcome,
  context: EngineContext,
): Promise<void> {
  const own = extracted.find(({ extract }) => extract.day === day && extract.family === family);
  try {
    await own?.remove();
  } catch (error) {
    const text = error instanceof Error ? error.message.replaceAll("\n", " ") : String(error);
    context.onNote?.(`what an extract left behind could not be removed: ${text}`);
  }
}
