import type { AskBigQuery } from "../adapters/bigquery/client.ts";
import type { BigQueryOptions } from "../adapters/bigquery/options.ts";
import type { Transport } from "../adapters/bigquery/read/transport.ts";
import type { BigQuerySource } from "../config/types.ts";
import type { Clock, Engine, Source } from "../ports.ts";
import type { Retrying } from "../tasks/retry.ts";
import { readReference } from "./read-secret.ts";

export interface BigQueryWiring {
  config: BigQuerySource;
  /** Project that holds the pipeline's dataset; left out: the one that is billed. */
  project?: string | null;
  clock: Clock;
  signal: AbortSignal;
  env: NodeJS.ProcessEnv;
}

/** BigQuery as all parts of one command ask it. */
export interface BigQuery {
  options: BigQueryOptions;
  /** One sign-in and one queue: Google counts requests by who asks, not by what for. */
  ask: AskBigQuery;
}

export interface ExtractsWiring {
  google: BigQuery;
  clock: Clock;
  again: Retrying;
}

export interface RowsWiring extends ExtractsWiring {
  /** Folder for the rows; null: the system's temporary folder. */
  spill: string | null;
  /** What the whole process may take. */
  memoryBytes: number;
}

/** Nobody signs in before something is asked. */
export async function openBigQuery(wiring: BigQueryWiring): Promise<BigQuery> {
  const { createBigQueryCalls } = await import("../adapters/bigquery/client.ts");
  const options = buildOptions(wiring);
  return { options, ask: createBigQueryCalls(options) };
}

/** The source alone: metadata, no rows. */
export async function buildBigQuerySource({ options, ask }: BigQuery): Promise<Source> {
  const { createBigQuerySource } = await import("../adapters/bigquery/source.ts");
  return createBigQuerySource(options, ask);
}

/** Lets an engine of this machine read tables: by extract jobs where a bucket is named for them. */
export async function withBigQueryRows(engine: Engine, wiring: RowsWiring): Promise<Engine> {
  const { withFetchedRows } = await import("../adapters/bigquery/read/fetching-engine.ts");
  const { spill, clock } = wiring;
  return withFetchedRows(engine, { transport: await buildTransport(wiring), spill, clock });
}

/** Has tables extracted for an engine elsewhere, where a bucket is named for it; without one that engine reads them itself. */
export async function withBigQueryExtracts(engine: Engine, wiring: ExtractsWiring): Promise<Engine> {
  const { google, again, clock } = wiring;
  const place = google.options.config.extracts;
  if (place === null) return engine;
  const { withExtractedParts } = await import("../adapters/bigquery/read/extracting-engine.ts");
  const extract = { bigQuery: google.options, ask: google.ask, again, place };
  return withExtractedParts(engine, { extract, clock });
}

async function buildTransport({ google, again, memoryBytes }: RowsWiring): Promise<Transport> {
  const { options: bigQuery, ask } = google;
  const place = bigQuery.config.extracts;
  if (place === null) {
    const { createStorageRead } = await import(
      "../adapters/bigquery/read/storage-read/create-storage-read.ts"
    );
    return createStorageRead({ bigQuery, again, memoryBytes });
  }
  const { createExtract } = await import("../adapters/bigquery/read/extract/create-extract.ts");
  return createExtract({ bigQuery, ask, again, place });
}

function buildOptions({ config, project = null, clock, signal, env }: BigQueryWiring): BigQueryOptions {
  const readSecret = (reference: Parameters<typeof readReference>[0]) => readReference(reference, env);
  return { config, project, clock, signal, env, readSecret };
}
