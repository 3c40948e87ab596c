import type { GetPartitionsResponse, Partition as GluePartition } from "@aws-sdk/client-glue";
import pMap from "p-map";
import type { CallGlue } from "./client.ts";
import { hasName } from "./errors.ts";
import type { GlueTable } from "./names.ts";

/** Glue's own limits: keys of one BatchGetPartition, partitions of one page. */
const keysPerCall = 1000;
const pageSize = 1000;

/** Parts of a table that are paged through side by side. */
const segments = 4;

type Page = Pick<GetPartitionsResponse, "Partitions" | "NextToken">;

/** How much of each partition is read: its columns are most of its bytes. */
export type PartitionDetail = "locations" | "columns";

/** All partitions of a table, each once; none where there is no such table. */
export async function readAllPartitions(
  call: CallGlue,
  table: GlueTable,
  detail: PartitionDetail,
): Promise<GluePartition[]> {
  const numbers = Array.from({ length: segments }, (_, number) => number);
  const parts = await pMap(numbers, (number) => readSegment(call, table, detail, number));
  // A catalog that speaks like Glue may know no segments, and give each of them everything.
  return [...new Map(parts.flat().map((one) => [JSON.stringify(one.Values), one])).values()];
}

async function readSegment(
  call: CallGlue,
  { database, name, title }: GlueTable,
  detail: PartitionDetail,
  number: number,
): Promise<GluePartition[]> {
  const read: GluePartition[] = [];
  let token: string | undefined;
  do {
    const page = await call(
      `The partitions of ${title} could not be read in Glue.`,
      async (glue, options): Promise<Page> => {
        const input = {
          DatabaseName: database,
          TableName: name,
          MaxResults: pageSize,
          Segment: { SegmentNumber: number, TotalSegments: segments },
          ExcludeColumnSchema: detail === "locations",
          ...(token === undefined ? {} : { NextToken: token }),
        };
        try {
          return await glue.getPartitions(input, options);
        } catch (error) {
          if (hasName(error, "EntityNotFoundException")) return {};
          throw error;
        }
      },
    );
    // A page may be empty and not be the last.
    read.push(...(page.Partitions ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  return read;
}

/**
 * Partitions by their values. A key that the batch neither answers nor clearly calls absent is asked for by itself.
 * @returns those that there are; none where there is no such table
 */
export async function readSomePartitions(
  call: CallGlue,
  table: GlueTable,
  values: readonly string[],
): Promise<GluePartition[]> {
  const read: GluePartition[] = [];
  for (let from = 0; from < values.length; from += keysPerCall) {
    const { found, open } = await readBatch(call, table, values.slice(from, from + keysPerCall));
    read.push(...found);
    for (const value of open) read.push(...(await readOne(call, table, value)));
  }
  return read;
}

/** @returns `open`: keys that were not looked at, or, by another reading of the API, are absent */
export async function readBatch(
  call: CallGlue,
  { database, name, title }: GlueTable,
  values: readonly string[],
): Promise<{ found: GluePartition[]; open: string[] }> {
  return call(`Partitions of ${title} could not be read in Glue.`, async (glue, options) => {
    const keys = values.map((value) => ({ Values: [value] }));
    const input = { DatabaseName: database, TableName: name, PartitionsToGet: keys };
    try {
      const { Partitions = [], UnprocessedKeys = [] } = await glue.batchGetPartition(input, options);
      return { found: Partitions, open: UnprocessedKeys.flatMap(({ Values = [] }) => Values) };
    } catch (error) {
      if (hasName(error, "EntityNotFoundException")) return { found: [], open: [] };
      throw error;
    }
  });
}

async function readOne(
  call: CallGlue,
  { database, name, title }: GlueTable,
  value: string,
): Promise<GluePartition[]> {
  return call(`The partition ${value} of ${title} could not be read in Glue.`, async (glue, options) => {
    const input = { DatabaseName: database, TableName: name, PartitionValues: [value] };
    try {
      const { Partition } = await glue.getPartition(input, options);
      return Partition === undefined ? [] : [Partition];
    } catch (error) {
      if (hasName(error, "EntityNotFoundException")) return [];
      throw error;
    }
  });
}
