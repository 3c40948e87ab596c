import { mkdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { ShardliftError } from "../../../../errors.ts";
import type { DayExtract } from "../../../../ports.ts";
import type { Doing } from "../../known-errors.ts";
import type { BigQueryOptions } from "../../options.ts";
import type { Again, RowFetch, Transport } from "../transport.ts";
import type { SessionRequest } from "./messages.ts";
import { createReadClient } from "./read-client.ts";
import { AheadOfGoogle, type ReadRows, readTable, SessionOver } from "./read-table.ts";

/** Streams at once; Google may give fewer. */
const maxStreams = 4;
/** Plain Arrow that becomes one Parquet file. */
const defaultPartBytes = 16_000_000;
/** What a thread that writes Parquet takes, with what comes in for it. */
const threadBytes = 350_000_000;
const maxThreads = 2;
/** A table that takes more sessions of six hours is not read this way. */
const maxSessions = 5;
/** Between a table's last change, told in whole ms, and moments that are behind it: for certain, and just so. */
const afterChangeMs = [1_000, 1];

export interface StorageReadOptions {
  bigQuery: BigQueryOptions;
  again: Again;
  /** What the whole process may take. */
  memoryBytes: number;
  partBytes?: number;
}

/** Rows by the Storage Read API, as Arrow, into Parquet: needs no bucket, and three times the bytes of extracts. */
export function createStorageRead(options: StorageReadOptions): Transport {
  requireZstd();
  return {
    async fetch(fetch) {
      const moments = chooseMoments(fetch.extract, options.bigQuery.clock.now());
      for (let session = 1; ; session += 1) {
        const folder = join(fetch.folder, `session-${session}`);
        await mkdir(folder);
        const read = await readOnce(options, { ...fetch, folder }, moments[0]!);
        if (typeof read === "object") return { ...read, remove: async () => {} };
        await rm(folder, { recursive: true, force: true });
        if (read === "ahead") moments.shift();
        if (session === maxSessions || moments.length === 0) throw buildEndlessError(fetch, read);
        fetch.onStep(`${fetch.place.table}: ${read === "ahead" ? clockIsAhead : sessionIsOver}`);
      }
    },
  };
}

const sessionIsOver = "the read's six hours are over; it begins again, as of the same moment";
const clockIsAhead = "this machine's clock is ahead of Google's; the table is read as of its last change";

/** @returns why it has to begin again, where it has */
async function readOnce(
  { bigQuery, again, memoryBytes, partBytes = defaultPartBytes }: StorageReadOptions,
  fetch: RowFetch,
  snapshotMs: number,
): Promise<ReadRows | "over" | "ahead"> {
  const { folder, signal, extract } = fetch;
  const client = createReadClient(bigQuery);
  const expected = extract.shard.version.rows;
  try {
    return await readTable({
      client,
      again,
      request: buildRequest(bigQuery, fetch, snapshotMs),
      folder,
      signal,
      partBytes,
      ...describe(bigQuery, fetch),
      threads: chooseThreads(memoryBytes),
      onRows: (rows, bytes) => fetch.onBytes(bytes, rows, expected ? Math.min(1, rows / expected) : 1),
    });
  } catch (error) {
    if (error instanceof SessionOver) return "over";
    if (error instanceof AheadOfGoogle) return "ahead";
    throw error;
  } finally {
    await client.close();
  }
}

function chooseThreads(memoryBytes: number): number {
  const byMemory = Math.floor(memoryBytes / threadBytes);
  return Math.max(1, Math.min(maxThreads, byMemory, availableParallelism() - 1));
}

function describe({ config }: BigQueryOptions, { place }: RowFetch): { doing: Doing; name: string } {
  const { project, dataset, table } = place;
  const name = `${project}.${dataset}.${table}`;
  const doing: Doing = {
    failed: `The rows of ${name} cannot be read.`,
    permission: "bigquery.readsessions.create",
    dataset,
    project,
    billed: config.project,
    principal: config.impersonate,
  };
  return { doing, name };
}

/**
 * Columns are those of the version that was opened, so that one that is added meanwhile does not come along. Rows are
 * not filtered here: the day's balance counts those that the filter takes away.
 */
function buildRequest(
  { config }: BigQueryOptions,
  { extract, place }: RowFetch,
  snapshotMs: number,
): SessionRequest {
  const { project, dataset, table } = place;
  const snapshotTime = { seconds: Math.floor(snapshotMs / 1_000), nanos: (snapshotMs % 1_000) * 1e6 };
  return {
    parent: `projects/${config.project}`,
    readSession: {
      table: `projects/${project}/datasets/${dataset}/tables/${table}`,
      dataFormat: "ARROW",
      tableModifiers: { snapshotTime },
      readOptions: {
        selectedFields: extract.shard.schema.map(({ name }) => name),
        arrowSerializationOptions: { bufferCompression: "ZSTD" },
      },
    },
    maxStreamCount: maxStreams,
  };
}

/**
 * Now; but where this machine's clock is behind, not before the version that was opened: that would be the former one.
 * Where Google's clock has not come so far, a moment nearer to the last change.
 */
function chooseMoments({ shard }: DayExtract, nowMs: number): number[] {
  const modifiedMs = Number(shard.version.modified);
  const behind = afterChangeMs.map((ms) => modifiedMs + ms);
  return nowMs > modifiedMs ? [nowMs, ...behind] : behind;
}

function buildEndlessError({ place }: RowFetch, why: "over" | "ahead"): ShardliftError {
  if (why === "ahead")
    return new ShardliftError("config", {
      failed: `${place.dataset}.${place.table} cannot be read as of now.`,
      rule: "a table is read as of a moment that has passed by Google's clock",
      received: "this machine's clock is ahead",
      remedy: "set this machine's clock, then run again",
    });
  return new ShardliftError("outside", {
    failed: `${place.dataset}.${place.table} was not read within six hours, ${maxSessions} times.`,
    rule: "a session of the Storage Read API lives for six hours",
    remedy: "name a bucket as source.extracts: extract jobs bring a third of the bytes",
  });
}

/** Node has zstd from 22.15 on; plain buffers would cost six times the way out of Google. */
function requireZstd(): void {
  if (typeof process.getBuiltinModule("node:zlib").zstdDecompressSync === "function") return;
  throw new ShardliftError("config", {
    failed: "This Node cannot unpack what the Storage Read API sends.",
    rule: "reading without source.extracts needs zstd, which Node has from 22.15 on",
    received: `Node ${process.version}`,
    remedy: "take a newer Node, or name a bucket as source.extracts",
  });
}
