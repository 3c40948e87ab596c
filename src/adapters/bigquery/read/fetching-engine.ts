import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { isShardliftError, ShardliftError } from "../../../errors.ts";
import type { Clock, DayExtract, DayOutcome, Engine, EngineContext } from "../../../ports.ts";
import { buildStatementError } from "../../duckdb/engine-errors.ts";
import { cleanScratch, createScratch, removeScratch } from "../../duckdb/engine-scratch.ts";
import { parseTableUri, type TablePlace } from "../names.ts";
import { readParts } from "./check-rows.ts";
import { createDeadline } from "./deadline.ts";
import type { Transport } from "./transport.ts";

export interface FetchingOptions {
  transport: Transport;
  /** Folder for the rows; null: the system's temporary folder. */
  spill: string | null;
  clock: Clock;
}

/**
 * Lets an engine of this machine read BigQuery's tables: each day's rows are brought here first, as Parquet, and removed
 * when the day has ended. Shards elsewhere are left as they are.
 */
export function withFetchedRows(engine: Engine, options: FetchingOptions): Engine {
  return {
    name: engine.name,
    daysAtOnce: engine.daysAtOnce,
    async *extract(days, context): AsyncIterable<DayOutcome> {
      await cleanScratch(options.spill);
      for (const day of days) {
        const place = parseTableUri(day.shard.parts[0]?.path ?? "");
        if (place === null) yield* engine.extract([day], context);
        else yield* extractDay(engine, options, { extract: day, place, context });
      }
    },
  };
}

interface DayWork {
  extract: DayExtract;
  place: TablePlace;
  context: EngineContext;
}

async function* extractDay(
  engine: Engine,
  options: FetchingOptions,
  work: DayWork,
): AsyncIterable<DayOutcome> {
  const { day, family } = work.extract;
  let scratch: string | null = null;
  try {
    scratch = await createScratch(options.spill);
    const { extract, remove } = await fetchDay(options, work, scratch);
    const name = renderName(work.place);
    let isLifted = false;
    for await (const outcome of engine.extract([extract], secondHalf(work))) {
      isLifted = !("error" in outcome);
      yield "error" in outcome ? { ...outcome, error: nameTable(outcome.error, scratch, name) } : outcome;
    }
    // Whoever asks for the next outcome has committed this one; a day that failed is tried again and finds them there.
    if (isLifted) await removeOutside(remove, work);
  } catch (error) {
    const told = scratch === null ? error : nameTable(error, scratch, renderName(work.place));
    yield { day, family, error: buildStatementError(told, null), generation: null };
  } finally {
    if (scratch !== null) await removeScratch(scratch);
  }
}

async function fetchDay({ transport, clock }: FetchingOptions, work: DayWork, scratch: string) {
  const { extract, place, context } = work;
  const folder = join(scratch, "rows");
  await mkdir(folder);
  const deadline = createDeadline(extract.deadlineMs, clock);
  const signal = AbortSignal.any([context.signal, deadline.signal]);
  const onStep = (text: string) => context.onStep?.(text);
  try {
    signal.throwIfAborted();
    const onBytes = firstHalf(work);
    const { paths, remove } = await transport.fetch({ extract, place, folder, signal, onBytes, onStep });
    const parts = await readParts(paths, extract.shard, renderName(place));
    return { extract: { ...extract, shard: { ...extract.shard, parts } }, remove };
  } finally {
    deadline.forget();
  }
}

/** The bar knows the day's bytes as the source counts them: to bring them here is one half, to lift them the other. */
function firstHalf({ extract, context }: DayWork) {
  const { day, family, shard } = extract;
  return (_bytes: number, rows: number | null, share: number) => {
    const shown = rows ?? Math.round((shard.version.rows ?? 0) * share);
    context.onRows(day, family, shown, Math.round((shard.version.bytes * share) / 2));
  };
}

function secondHalf({ extract, context }: DayWork): EngineContext {
  const { bytes, rows: all } = extract.shard.version;
  return {
    ...context,
    onRows(day, family, rows) {
      const share = all === null || all === 0 ? 1 : Math.min(1, rows / all);
      context.onRows(day, family, all ?? rows, Math.round((bytes * (1 + share)) / 2));
    },
  };
}

/** What stays there costs a little until it goes by itself: no reason for a day to fail. */
async function removeOutside(remove: () => Promise<void>, { context }: DayWork): Promise<void> {
  try {
    await remove();
  } catch (error) {
    const text = error instanceof Error ? error.message.replaceAll("\n", " ") : String(error);
    context.onNote?.(`what an extract left behind could not be removed: ${text}`);
  }
}

function renderName({ project, dataset, table }: TablePlace): string {
  return `${project}.${dataset}.${table}`;
}

/** Names the table where a file of ours is named: that is gone when somebody reads it. */
function nameTable(error: unknown, scratch: string, name: string): unknown {
  if (!isShardliftError(error)) return error;
  const own = join(scratch, "rows");
  const rename = (text: string) => text.replace(/[^\s"'`]+/g, (word) => (word.startsWith(own) ? name : word));
  const parts = Object.fromEntries(Object.entries(error.parts).map(([key, text]) => [key, rename(text)]));
  const { code, retryable, cause } = error;
  return new ShardliftError(code, { ...error.parts, ...parts }, { retryable, cause });
}
