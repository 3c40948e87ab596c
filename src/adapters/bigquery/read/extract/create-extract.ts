import { join } from "node:path";
import pMap from "p-map";
import { ShardliftError } from "../../../../errors.ts";
import type { AskBigQuery } from "../../client.ts";
import type { Doing } from "../../known-errors.ts";
import type { BigQueryOptions } from "../../options.ts";
import { parseTable, type TableMetadata } from "../../table.ts";
import type { Again, FetchedRows, RowFetch, Transport } from "../transport.ts";
import { downloadObject, ObjectGone } from "./download-object.ts";
import { runExtractJob } from "./extract-job.ts";
import { buildJobError, buildMovedError } from "./job-errors.ts";
import { buildJobId, buildObjectsPrefix, type ExtractPlace } from "./job-id.ts";
import { createExtractObjects, type ExtractObjects, type StoredExtract } from "./objects.ts";

const downloadsAtOnce = 4;
const removalsAtOnce = 8;
/** Jobs that may fail, or lose their objects, before a day is given up. */
const maxJobs = 5;
const firstPauseMs = 2_000;

export interface ExtractOptions {
  bigQuery: BigQueryOptions;
  ask: AskBigQuery;
  again: Again;
  place: ExtractPlace;
}

/** A table whose rows are to be in the bucket. */
export type ExtractWish = Pick<RowFetch, "extract" | "place" | "signal">;

interface Fetching {
  options: ExtractOptions;
  fetch: ExtractWish;
  doing: Doing;
  /** `project.dataset.table` */
  name: string;
  location: string;
  objects: ExtractObjects;
}

/** Rows by extract jobs, as Parquet: free, and a third of the bytes of the Storage Read API. */
export function createExtract(options: ExtractOptions): Transport {
  return {
    fetch: (fetch) => runJobs(options, fetch, (fetching, found) => download({ ...fetching, fetch }, found)),
  };
}

/** The same jobs for whoever fetches their objects elsewhere: they stay in the bucket. */
export function leaveExtract(
  options: ExtractOptions,
  wish: ExtractWish,
): Promise<{ found: readonly StoredExtract[]; remove(): Promise<void> }> {
  return runJobs(options, wish, async ({ objects }, found) => ({
    found,
    remove: () => removeAll(objects, found),
  }));
}

type Take<T> = (fetching: Fetching, found: readonly StoredExtract[]) => Promise<T | null>;

async function runJobs<T>(options: ExtractOptions, fetch: ExtractWish, take: Take<T>): Promise<T> {
  const { doing, name } = describe(options, fetch);
  const { location } = await readSame(options, fetch, doing, name);
  const objects = createExtractObjects(options.bigQuery, doing);
  const fetching: Fetching = { options, fetch, doing, name, location, objects };
  for (let number = 0; number < maxJobs; number += 1) {
    const taken = await tryJob(fetching, number, take);
    if (taken !== null) return taken;
  }
  throw buildTakenError(doing);
}

/** @returns null where another job may go better */
async function tryJob<T>(fetching: Fetching, number: number, take: Take<T>): Promise<T | null> {
  const { options, fetch, doing, name, location, objects } = fetching;
  const { place, bigQuery } = options;
  const id = buildJobId(fetch.place, fetch.extract.shard.version, place, number);
  const prefix = buildObjectsPrefix(place, id);
  const end = await runExtractJob({
    ...options,
    clock: bigQuery.clock,
    signal: fetch.signal,
    doing: { ...doing, failed: `${name} was not extracted by job ${id}.` },
    id,
    location,
    source: fetch.place,
    destination: `gs://${place.bucket}/${prefix}part-*.parquet`,
  });
  if ("fault" in end) {
    const failed = `${name} was not extracted by job ${id}.`;
    const principal = doing.principal ?? end.principal;
    const error = buildJobError(end.fault, { ...doing, failed, principal });
    // A job that somebody else saw fail says nothing of the next one.
    if (!end.joined && (!error.retryable || number === maxJobs - 1)) throw error;
    await bigQuery.clock.sleep(end.joined ? 0 : firstPauseMs * 2 ** number, fetch.signal);
    return null;
  }
  await readSame(options, fetch, doing, name);
  const found = await options.again(() => objects.list(place.bucket, prefix));
  if (found.length !== end.files) return null;
  return take(fetching, found);
}

/** @returns null where an object is gone: whoever shared the job was done before us */
async function download(
  { options, fetch, doing, objects }: Fetching & { fetch: RowFetch },
  found: readonly StoredExtract[],
): Promise<FetchedRows | null> {
  const all = found.reduce((sum, { bytes }) => sum + bytes, 0);
  fetch.onStep(
    `${fetch.place.table}: extracted, ${(all / 1e6).toFixed(1)} MB in ${found.length} objects come down`,
  );
  const others = new AbortController();
  const signal = AbortSignal.any([fetch.signal, others.signal]);
  const folder = fetch.folder;
  let bytes = 0;
  const onBytes = (more: number) => {
    bytes += more;
    fetch.onBytes(bytes, null, all === 0 ? 1 : bytes / all);
  };
  const one = async (extract: StoredExtract, index: number) => {
    const path = join(folder, `part-${String(index).padStart(5, "0")}-${extract.generation}.parquet`);
    const checksum = await objects.createChecksum();
    await downloadObject({ objects, extract, checksum, again: options.again, doing, signal, onBytes }, path);
    return path;
  };
  try {
    const paths = await pMap(found, one, { concurrency: downloadsAtOnce });
    return { paths, remove: () => removeAll(objects, found) };
  } catch (error) {
    others.abort(error);
    if (error instanceof ObjectGone) return null;
    throw error;
  }
}

async function removeAll(objects: ExtractObjects, found: readonly StoredExtract[]): Promise<void> {
  await pMap(found, (extract) => objects.remove(extract), { concurrency: removalsAtOnce });
}

/** The table is still the one that was opened. */
async function readSame(
  { ask, again }: ExtractOptions,
  { place, extract }: ExtractWish,
  doing: Doing,
  name: string,
): Promise<TableMetadata> {
  const { dataset, project: projectId, table } = place;
  const [answer] = await again(() =>
    ask({ ...doing, permission: "bigquery.tables.get" }, (client) =>
      client.dataset(dataset, { projectId }).table(table).getMetadata(),
    ),
  );
  const found = parseTable(answer, name);
  const { version } = extract.shard;
  const keys = ["etag", "modified", "rows", "bytes"] as const;
  if (keys.some((key) => found[key] !== version[key])) throw buildMovedError(name);
  return found;
}

function describe(
  { bigQuery: { config } }: ExtractOptions,
  { place }: ExtractWish,
): { doing: Doing; name: string } {
  const { project, dataset, table } = place;
  const name = `${project}.${dataset}.${table}`;
  const doing: Doing = {
    failed: `The rows of ${name} cannot be brought here.`,
    permission: "bigquery.tables.export",
    dataset,
    project,
    billed: config.project,
    principal: config.impersonate,
  };
  return { doing, name };
}

function buildTakenError({ failed }: Doing): ShardliftError {
  return new ShardliftError(
    "outside",
    {
      failed,
      rule: "an extract's objects stay until their rows are in the lake",
      received: `${maxJobs} jobs in a row whose objects were not there`,
      remedy:
        "look at the bucket's lifecycle rules and at who else deletes in source.extracts, then run again",
    },
    { retryable: true },
  );
}
