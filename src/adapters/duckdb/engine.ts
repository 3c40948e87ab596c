import { buildGenerationId } from "../../lake/generation-id.ts";
import type { DayExtract, DayOutcome, Engine, EngineContext, ObjectStore } from "../../ports.ts";
import { extractDay } from "./engine-day.ts";
import { isOutOfMemory } from "./engine-errors.ts";
import { chooseThreads } from "./engine-memory.ts";
import type { DuckDbEngineOptions } from "./engine-options.ts";
import { placeSample } from "./engine-sample.ts";
import { cleanScratch, createScratch, removeScratch } from "./engine-scratch.ts";

/** The engine that runs recipes in this process. One day at a time: each day may use all of the memory. */
export function createDuckDbEngine(options: DuckDbEngineOptions): Engine {
  return {
    name: "duckdb",
    daysAtOnce: 1,
    async *extract(days, context): AsyncIterable<DayOutcome> {
      await cleanScratch(options.spill);
      for (const day of days) yield await runDay(options, day, context);
    },
  };
}

async function runDay(
  options: DuckDbEngineOptions,
  extract: DayExtract,
  context: EngineContext,
): Promise<DayOutcome> {
  const threads = chooseThreads(options.threads, options.memoryBytes);
  const outcome = await runAttempt(options, extract, context, threads);
  const again = "error" in outcome && isOutOfMemory(outcome.error) && threads > 1;
  if (!again) return outcome;
  context.onNote?.(
    `${extract.family} ${extract.day} ran out of memory with ${threads} threads and is tried with one, which takes longer; more \`engine.memory\` or fewer \`engine.threads\` avoid it`,
  );
  return runAttempt(options, extract, context, 1);
}

/** One attempt, one generation; what a failed one wrote is removed where that is possible. */
async function runAttempt(
  options: DuckDbEngineOptions,
  asked: DayExtract,
  context: EngineContext,
  threads: number,
): Promise<DayOutcome> {
  const { day, family } = asked;
  const generation = buildGenerationId(options.clock.now(), options.randomHex);
  const extract = placeSample(asked, generation);
  let scratch: string | null = null;
  try {
    scratch = await createScratch(options.spill);
    const attempt = { options, extract, context, generation, threads, scratch };
    return { day, family, report: await extractDay(attempt) };
  } catch (error) {
    await removeWritten(options.store, extract, generation);
    return { day, family, error, generation };
  } finally {
    if (scratch !== null) await removeScratch(scratch);
  }
}

async function removeWritten(store: ObjectStore, extract: DayExtract, generation: string): Promise<void> {
  const prefixes = [extract.prefix, extract.duplicatesPrefix].filter((prefix) => prefix !== null);
  for (const prefix of prefixes) {
    const keys: string[] = [];
    try {
      for await (const { key } of store.list(`${prefix}generation=${generation}/`)) keys.push(key);
      await store.remove(keys);
    } catch {
      // Repair finds what stays; the day's own error says more than this one.
    }
  }
}
