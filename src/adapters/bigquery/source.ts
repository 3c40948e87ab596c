import type { ShardKind } from "../../days/families.ts";
import type { SourceVersion } from "../../days/shards.ts";
import type { OpenShard, Source } from "../../ports.ts";
import { isMissingTable } from "./api-error.ts";
import { checkLocation, checkTable } from "./check-table.ts";
import { type AskBigQuery, createBigQueryCalls } from "./client.ts";
import type { Doing } from "./known-errors.ts";
import { checkDataset, renderTableUri } from "./names.ts";
import { type BigQueryOptions, dataProject } from "./options.ts";
import { parseShardSchema } from "./shard-schema.ts";
import { parseTable, type TableMetadata } from "./table.ts";

/** Tables on one page of a list. */
const pageTables = 1_000;

export interface Reading {
  options: BigQueryOptions;
  ask: AskBigQuery;
}

/**
 * A source of tables where Google exports to. It asks for metadata alone, which is free: one list per dataset (in pages),
 * one get per table that is looked at. Versions are etag, modification time, rows and bytes.
 */
export function createBigQuerySource(options: BigQueryOptions, ask = createBigQueryCalls(options)): Source {
  const reading: Reading = { options, ask };
  return {
    location: `BigQuery project ${dataProject(options)}`,
    listTables: (dataset) => listTables(reading, dataset),
    async readVersion(dataset, table, kind) {
      const found = await readTable(reading, dataset, table);
      if (found === null) return null;
      const name = `${dataProject(options)}.${dataset}.${table}`;
      checkLocation(found, { name, location: options.config.location });
      return buildVersion(table, kind, found);
    },
    openShard: (dataset, table, kind) => openShard(reading, dataset, table, kind),
  };
}

async function listTables({ options, ask }: Reading, dataset: string): Promise<string[]> {
  checkDataset(dataset);
  const place = { ...describe(options, dataset), permission: "bigquery.tables.list" };
  const failed = `The tables of the dataset ${place.project}.${dataset} cannot be listed.`;
  const names: string[] = [];
  let page: object | null = { maxResults: pageTables, autoPaginate: false };
  while (page !== null) {
    const query: object = page;
    const [tables, next] = await ask({ ...place, failed }, (client) =>
      client.dataset(dataset, { projectId: place.project }).getTables(query),
    );
    names.push(...tables.map(({ id }) => id ?? "").filter((name) => name !== ""));
    page = next ?? null;
  }
  return names;
}

/** @returns null where the API says that there is no such table */
export async function readTable(
  { options, ask }: Reading,
  dataset: string,
  table: string,
): Promise<TableMetadata | null> {
  checkDataset(dataset);
  const place = { ...describe(options, dataset), permission: "bigquery.tables.get" };
  const name = `${place.project}.${dataset}.${table}`;
  const failed = `The table ${name} cannot be looked at.`;
  const answer = await ask({ ...place, failed }, async (client) => {
    try {
      return await client.dataset(dataset, { projectId: place.project }).table(table).getMetadata();
    } catch (error) {
      if (isMissingTable(error)) return null;
      throw error;
    }
  });
  return answer === null ? null : parseTable(answer[0], name);
}

/** Where a call's right is granted, and to whom. */
export function describe(options: BigQueryOptions, dataset: string): Omit<Doing, "failed" | "permission"> {
  const { project: billed, impersonate } = options.config;
  return { dataset, project: dataProject(options), billed, principal: impersonate };
}

function buildVersion(table: string, kind: ShardKind, found: TableMetadata): SourceVersion {
  const { modified, rows, bytes, etag } = found;
  return { table, kind, modified, rows, bytes, etag, content: null };
}

/**
 * One part stands for the whole table: what reads its rows decides how many files they become. It has no etag: BigQuery's
 * is one of metadata, and need not move with the rows.
 */
async function openShard(
  reading: Reading,
  dataset: string,
  table: string,
  kind: ShardKind,
): Promise<OpenShard | null> {
  const found = await readTable(reading, dataset, table);
  if (found === null) return null;
  const project = dataProject(reading.options);
  const name = `${project}.${dataset}.${table}`;
  checkTable(found, { name, kind, location: reading.options.config.location });
  const path = renderTableUri({ project, dataset, table });
  return {
    version: buildVersion(table, kind, found),
    schema: parseShardSchema(found.schema, name),
    parts: [{ path, format: "parquet", bytes: found.bytes }],
  };
}
