import { isDeepStrictEqual } from "node:util";
import type { Table } from "@aws-sdk/client-glue";
import { ShardliftError } from "../../errors.ts";
import type { Partition, PartitionFault } from "../../ports.ts";
import { type Pointing, partitionsPerBatch, pointBatch } from "./point-batch.ts";
import { readTable } from "./prepare.ts";

/** A table that grows while its partitions are pointed does so once; more means that something else is wrong. */
const maxRounds = 4;

/**
 * Points the days' partitions at their folders, each with the columns that the table has. Where the table grew
 * meanwhile they are pointed again: else a partition would lack what another run just gave to all.
 */
export async function pointPartitions(
  pointing: Pointing,
  partitions: readonly Partition[],
): Promise<PartitionFault[]> {
  if (partitions.length === 0) return [];
  let table = await requireTable(pointing);
  for (let round = 0; ; round += 1) {
    const faults = await pointAll(pointing, table, partitions);
    const after = await requireTable(pointing);
    const isSame = isDeepStrictEqual(table.StorageDescriptor?.Columns, after.StorageDescriptor?.Columns);
    if (isSame || round >= maxRounds) return faults;
    table = after;
  }
}

async function requireTable({ call, table }: Pointing): Promise<Table> {
  const found = await readTable(call, table);
  if (found !== null) return found;
  throw new ShardliftError("data", {
    failed: `The table ${table.title} is not in Glue, so no partition of it can be pointed.`,
    rule: "crawl makes the table before it points its days",
    received: `no table ${table.title}`,
    remedy:
      "look who dropped it; the next run that moves a partition makes it anew; --all points all its days",
  });
}

async function pointAll(
  pointing: Pointing,
  table: Table,
  partitions: readonly Partition[],
): Promise<PartitionFault[]> {
  const faults: PartitionFault[] = [];
  for (let from = 0; from < partitions.length; from += partitionsPerBatch) {
    const batch = partitions.slice(from, from + partitionsPerBatch);
    try {
      faults.push(...(await pointBatch(pointing, table, batch)));
    } catch (error) {
      faults.push(...batch.map(({ day }) => ({ day, error })));
    }
  }
  return faults;
}
