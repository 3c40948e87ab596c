import { mkdir, rm, stat } from "node:fs/promises";
import { createBigQueryCalls } from "../src/adapters/bigquery/client.ts";
import type { BigQueryOptions } from "../src/adapters/bigquery/options.ts";
import { createExtract } from "../src/adapters/bigquery/read/extract/create-extract.ts";
import { createStorageRead } from "../src/adapters/bigquery/read/storage-read/create-storage-read.ts";
import type { Transport } from "../src/adapters/bigquery/read/transport.ts";
import { createBigQuerySource } from "../src/adapters/bigquery/source.ts";
import type { BigQuerySource } from "../src/config/types.ts";
import { buildBenchDay } from "./bench-day.ts";

/** What a measured process is told. */
export interface BigQueryInput {
  transport: "extract" | "storage_read";
  config: BigQuerySource;
  dataset: string;
  table: string;
  key: string;
  /** Where rows may be put. */
  folder: string;
}

/** What it tells. */
export interface BigQueryMeasure {
  seconds: number;
  /** Of the whole process. */
  peakMb: number;
  /** As they came over the network. */
  wireBytes: number;
  /** Of the Parquet that lies here then. */
  fileBytes: number;
  files: number;
}

const input = JSON.parse(process.argv[2]!) as BigQueryInput;
const bigQuery: BigQueryOptions = {
  config: input.config,
  project: null,
  clock: { now: Date.now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
  env: {},
  readSecret: async () => input.key,
};
const again = <T>(work: () => Promise<T>) => work();

function createTransport(): Transport {
  if (input.transport === "storage_read")
    return createStorageRead({ bigQuery, again, memoryBytes: 1_000_000_000 });
  const ask = createBigQueryCalls(bigQuery);
  return createExtract({ bigQuery, ask, again, place: input.config.extracts! });
}

const { dataset, table, folder, config } = input;
const shard = (await createBigQuerySource(bigQuery).openShard(dataset, table, "daily"))!;
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
let startedAtMs = performance.now();
let wireBytes = 0;
const { paths, remove } = await createTransport().fetch({
  extract: { ...buildBenchDay([]), shard },
  place: { project: config.project, dataset, table },
  folder,
  signal: new AbortController().signal,
  onBytes: (bytes) => {
    wireBytes = bytes;
  },
  // An extract's own time is Google's: what is measured begins when its objects are there.
  onStep: () => {
    startedAtMs = performance.now();
  },
});
const seconds = (performance.now() - startedAtMs) / 1000;
await remove();
const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
const measure: BigQueryMeasure = {
  seconds,
  peakMb: (process.resourceUsage().maxRSS * 1024) / 1e6,
  wireBytes,
  fileBytes: sizes.reduce((sum, size) => sum + size, 0),
  files: paths.length,
};
console.log(JSON.stringify(measure));
