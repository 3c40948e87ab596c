import type { Table } from "@aws-sdk/client-glue";
import { ShardliftError } from "../../errors.ts";
import { partitionKey } from "./hive-columns.ts";
import type { HiveMember } from "./hive-types.ts";
import { type LakePlace, parseLocation, renderLocation } from "./locations.ts";
import type { GlueTable } from "./names.ts";
import { owner, ownerMark, readColumns } from "./table-input.ts";
import { type UnitedColumns, uniteColumns } from "./unite-columns.ts";

export interface Wanted {
  table: GlueTable;
  lake: LakePlace;
  columns: readonly HiveMember[];
  /** Lake prefix of all days. */
  prefix: string;
}

/**
 * What a table that is there must become.
 * @throws ShardliftError `config` where it is somebody else's, `data` where a column changed its type
 */
export function judgeTable(found: Table, wanted: Wanted): UnitedColumns {
  const isOurs = found.Parameters?.[ownerMark] === owner;
  const united = uniteColumns(readColumns(found.StorageDescriptor), wanted.columns);
  const strange = [
    ...findStrangeForm(found, wanted),
    ...(isOurs ? [] : findStrangeColumns(found, wanted, united)),
  ];
  if (strange.length > 0) throw buildStrangerError(wanted, strange);
  if (united.conflicts.length > 0) throw buildConflictError(wanted, united.conflicts);
  return united;
}

/** The same of a table whose columns nobody has asked for yet. @throws ShardliftError `config` */
export function checkForm(found: Table, wanted: Wanted): void {
  const strange = findStrangeForm(found, wanted);
  if (strange.length > 0) throw buildStrangerError(wanted, strange);
}

function findStrangeForm(found: Table, { lake, prefix }: Wanted): string[] {
  const storage = found.StorageDescriptor ?? {};
  const keys = (found.PartitionKeys ?? []).map(({ Name, Type }) => `${Name} ${Type}`).join(", ");
  const ownKeys = `${partitionKey.Name} ${partitionKey.Type}`;
  const isThere = parseLocation(lake, storage.Location ?? "") === prefix;
  const serde = storage.SerdeInfo?.SerializationLibrary ?? "none";
  return [
    ...(keys === ownKeys ? [] : [`partition key ${keys || "none"} instead of ${ownKeys}`]),
    ...(isThere ? [] : [`location ${storage.Location ?? "none"} instead of ${renderLocation(lake, prefix)}`]),
    ...(/parquet/i.test(serde) ? [] : [`format ${serde} instead of Parquet`]),
  ];
}

/** Of a table that is not ours we take only what we would have made; columns beyond that are its owner's. */
function findStrangeColumns(found: Table, { columns }: Wanted, { conflicts }: UnitedColumns): string[] {
  const own = new Set(columns.map(({ name }) => name));
  const others = readColumns(found.StorageDescriptor).filter(({ name }) => !own.has(name));
  return [...others.map(({ name }) => `column ${name}, which is not in the lake`), ...conflicts];
}

function buildStrangerError({ table }: Wanted, strange: readonly string[]): ShardliftError {
  return new ShardliftError("config", {
    failed: `The table ${table.title} in Glue is not this pipeline's, so it was left as it is.`,
    rule: "a pipeline's table in Glue is made by Shardlift over the pipeline's own days, or looks as if it were",
    received: listSome(strange),
    remedy:
      "name another table in the pipeline or another catalog.database_prefix, or drop this one in Glue: dropping it deletes no file, and the next run makes it anew",
  });
}

function buildConflictError({ table }: Wanted, conflicts: readonly string[]): ShardliftError {
  return new ShardliftError("data", {
    failed: `A column of ${table.title} has another type in Glue than in the day's files.`,
    rule: "a column keeps its type in Athena: none of those that Parquet files have here widens into another",
    received: listSome(conflicts),
    remedy:
      "if somebody changed the table, change it back; else drop the column (columns.drop), or load the pipeline into a new table. The partition stays where it was",
  });
}

function listSome(texts: readonly string[]): string {
  const rest = texts.length > 5 ? `; and ${texts.length - 5} more` : "";
  return `${texts.slice(0, 5).join("; ")}${rest}`;
}
