import { join } from "node:path";
import type { S3Place } from "../../config/types.ts";
import { isShardliftError, ShardliftError } from "../../errors.ts";
import type { DayExtract, DayOutcome, Engine, EngineContext, ShardPart } from "../../ports.ts";
import { buildStatementError } from "../duckdb/engine-errors.ts";
import { cleanScratch, createScratch, removeScratch } from "../duckdb/engine-scratch.ts";
import { openBucket, type S3Limits } from "./bucket.ts";
import { downloadFile } from "./download-file.ts";
import type { Again } from "./list-objects.ts";

export interface FetchingOptions {
  place: S3Place;
  again: Again;
  /** Folder for the downloads; null: the system's temporary folder. */
  spill: string | null;
  limits?: S3Limits;
}

/** A part of a shard on S3, and its copy here. */
interface Fetched {
  part: ShardPart;
  path: string;
}

/**
 * Lets an engine of this machine read shards that lie on S3: each day's parts are downloaded first, in exactly the
 * version that was opened, and removed when the day has ended. Parts elsewhere are left as they are.
 */
export function withFetchedParts(engine: Engine, options: FetchingOptions): Engine {
  return {
    name: engine.name,
    daysAtOnce: engine.daysAtOnce,
    async *extract(days, context): AsyncIterable<DayOutcome> {
      await cleanScratch(options.spill);
      for (const day of days) yield* extractDay(engine, options, day, context);
    },
  };
}

async function* extractDay(
  engine: Engine,
  options: FetchingOptions,
  extract: DayExtract,
  context: EngineContext,
): AsyncIterable<DayOutcome> {
  const { day, family, shard } = extract;
  let scratch: string | null = null;
  try {
    scratch = await createScratch(options.spill);
    const fetched = await fetchParts(options, shard.parts, scratch, context.signal);
    const parts = fetched.map(({ part, path }) => ({ ...part, path }));
    for await (const outcome of engine.extract([{ ...extract, shard: { ...shard, parts } }], context)) {
      yield "error" in outcome ? { ...outcome, error: nameParts(outcome.error, fetched) } : outcome;
    }
  } catch (error) {
    yield { day, family, error: buildStatementError(error, null), generation: null };
  } finally {
    if (scratch !== null) await removeScratch(scratch);
  }
}

/** One after the other: each has as many connections as one needs. */
async function fetchParts(
  { place, again, limits }: FetchingOptions,
  parts: readonly ShardPart[],
  scratch: string,
  signal: AbortSignal,
): Promise<Fetched[]> {
  const bucket = openBucket(place, limits);
  const start = `s3://${place.bucket}/`;
  const fetched: Fetched[] = [];
  for (const [index, part] of parts.entries()) {
    if (!part.path.startsWith(start)) {
      fetched.push({ part, path: part.path });
      continue;
    }
    const path = join(scratch, `part-${index}.${part.format}`);
    const key = part.path.slice(start.length);
    await downloadFile({ bucket, again, key, bytes: part.bytes, etag: part.etag ?? null, signal }, path);
    fetched.push({ part, path });
  }
  return fetched;
}

/** Names the objects where the engine names its copies: those are gone when somebody reads it. */
function nameParts(error: unknown, fetched: readonly Fetched[]): unknown {
  if (!isShardliftError(error)) return error;
  const rename = (text: string) =>
    fetched.reduce((renamed, { part, path }) => renamed.replaceAll(path, part.path), text);
  const parts = Object.fromEntries(Object.entries(error.parts).map(([name, text]) => [name, rename(text)]));
  const { code, retryable, cause } = error;
  return new ShardliftError(code, { ...error.parts, ...parts }, { retryable, cause });
}
