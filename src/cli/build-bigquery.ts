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

export interface RowsWiring extends BigQueryWiring {
  again: Retrying;
  /** Folder for the rows; null: the system's temporary folder. */
  spill: string | null;
  /** What the whole process may take. */
  memoryBytes: number;
}

/** The source alone: metadata, no rows. */
export async function buildBigQuerySource(wiring: BigQueryWiring): Promise<Source> {
  const { createBigQuerySource } = await import("../adapters/bigquery/source.ts");
  return createBigQuerySource(buildOptions(wiring));
}

/** Lets an engine of this machine read tables: by extract jobs where a bucket is named for them. */
export async function withBigQueryRows(engine: Engine, wiring: RowsWiring): Promise<Engine> {
  const { withFetchedRows } = await import("../adapters/bigquery/read/fetching-engine.ts");
  const { spill, clock } = wiring;
  return withFetchedRows(engine, { transport: await buildTransport(wiring), spill, clock });
}

/** Has tables extracted for an engine elsewhere, where a bucket is named for it; without one that engine reads them itself. */
export async function withBigQueryExtracts(
  engine: Engine,
  wiring: BigQueryWiring & Pick<RowsWiring, "again">,
): Promise<Engine> {
  const { config, again, clock } = wiring;
  if (config.extracts === null) return engine;
  const { withExtractedParts } = await import("../adapters/bigquery/read/extracting-engine.ts");
  const { createBigQueryCalls } = await import("../adapters/bigquery/client.ts");
  const bigQuery = buildOptions(wiring);
  const extract = { bigQuery, ask: createBigQueryCalls(bigQuery), again, place: config.extracts };
  return withExtractedParts(engine, { extract, clock });
}

async function buildTransport(wiring: RowsWiring): Promise<Transport> {
  const bigQuery = buildOptions(wiring);
  const { again, memoryBytes } = wiring;
  const place = wiring.config.extracts;
  if (place === null) {
    const { createStorageRead } = await import(
      "../adapters/bigquery/read/storage-read/create-storage-read.ts"
    );
    return createStorageRead({ bigQuery, again, memoryBytes });
  }
  const { createExtract } = await import("../adapters/bigquery/read/extract/create-extract.ts");
  const { createBigQueryCalls } = await import("../adapters/bigquery/client.ts");
  return createExtract({ bigQuery, ask: createBigQueryCalls(bigQuery), again, place });
}

function buildOptions({ config, project = null, clock, signal, env }: BigQueryWiring): BigQueryOptions {
  const readSecret = (reference: Parameters<typeof readReference>[0]) => readReference(reference, env);
  return { config, project, clock, signal, env, readSecret };
}
