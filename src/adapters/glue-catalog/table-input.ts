import type { Column as GlueColumn, StorageDescriptor, Table, TableInput } from "@aws-sdk/client-glue";
import { partitionKey } from "./hive-columns.ts";
import { type HiveMember, parseHiveType, renderHiveType } from "./hive-types.ts";
import type { GlueTable } from "./names.ts";

/** Says whose table it is; a table without it is somebody else's. */
export const ownerMark = "made_by";
export const owner = "shardlift";

/** Stands in the table while partitions may lack members that it gained. */
export const lagMark = "shardlift.partitions_lag";

const serde = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";

/** Where and how files lie: the same for the table and for each of its partitions. */
export function buildStorage(columns: readonly GlueColumn[], location: string): StorageDescriptor {
  return {
    Columns: [...columns],
    Location: location,
    InputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    OutputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    SerdeInfo: { SerializationLibrary: serde, Parameters: { "serialization.format": "1" } },
  };
}

/**
 * No partition projection: a day's folder is named by its generation, which no pattern can foretell. No statistics:
 * they would be those of a former generation.
 */
export function buildTableInput(
  table: GlueTable,
  columns: readonly HiveMember[],
  location: string,
): TableInput {
  return {
    Name: table.name,
    Description: "Days as Shardlift's lake has them; each partition shows one whole generation.",
    TableType: "EXTERNAL_TABLE",
    PartitionKeys: [{ ...partitionKey }],
    Parameters: { EXTERNAL: "TRUE", classification: "parquet", [ownerMark]: owner },
    StorageDescriptor: buildStorage(columns.map(buildColumn), location),
  };
}

/** UpdateTable replaces the whole definition, so all that others wrote into it is sent along. */
export function buildGrownInput(
  table: Table,
  columns: readonly HiveMember[],
  lag: "begins" | "as it was",
): TableInput {
  const known = new Map((table.StorageDescriptor?.Columns ?? []).map((column) => [column.Name, column]));
  const grown = columns.map((column) => ({ ...known.get(column.name), ...buildColumn(column) }));
  const mark = lag === "begins" ? { [lagMark]: "true" } : {};
  return {
    ...copyInput(table),
    StorageDescriptor: { ...table.StorageDescriptor, Columns: grown },
    Parameters: { ...table.Parameters, [ownerMark]: owner, ...mark },
  };
}

/** The table as it is, without the mark: all partitions have what it has. */
export function buildCaughtUpInput(table: Table): TableInput {
  const { [lagMark]: _, ...parameters } = table.Parameters ?? {};
  return { ...copyInput(table), Parameters: parameters };
}

const inputKeys = [
  "Name",
  "Description",
  "Owner",
  "LastAccessTime",
  "LastAnalyzedTime",
  "Retention",
  "StorageDescriptor",
  "PartitionKeys",
  "ViewOriginalText",
  "ViewExpandedText",
  "TableType",
  "Parameters",
  "TargetTable",
] as const satisfies (keyof TableInput & keyof Table)[];

function copyInput(table: Table): TableInput {
  const present = inputKeys.filter((key) => table[key] !== undefined);
  return { Name: table.Name, ...Object.fromEntries(present.map((key) => [key, table[key]])) };
}

function buildColumn({ name, type }: HiveMember): GlueColumn {
  return { Name: name, Type: renderHiveType(type) };
}

export function readColumns(storage: StorageDescriptor | undefined): HiveMember[] {
  return (storage?.Columns ?? []).map(({ Name = "", Type = "" }) => ({
    name: Name.toLowerCase(),
    type: parseHiveType(Type),
  }));
}
