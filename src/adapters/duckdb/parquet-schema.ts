import {
  DuckDBDecimalType,
  DuckDBListType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
} from "@duckdb/node-api";
import type { Field, FieldType } from "../../days/schema.ts";
import { ShardliftError } from "../../errors.ts";
import { readStatement } from "../../sql/statements.ts";
import type { Database } from "./database.ts";

/**
 * Reads the number of rows from a Parquet file's footer.
 * @param shown the file's name in messages, where it is another's copy
 * @throws ShardliftError `data` naming the file where it is no whole Parquet file
 */
export async function readParquetRows(
  database: Database,
  path: string,
  shown: string = path,
): Promise<number> {
  const [row] = await readFooter(shown, () =>
    database.rows(readStatement("duckdb/parquet/count-rows"), { path }),
  );
  return Number(row?.num_rows);
}

/**
 * Reads a Parquet file's columns in BigQuery's form, from the footer only. Modes are NULLABLE or REPEATED: an
 * export has no REQUIRED column.
 * @param shown the file's name in messages, where it is another's copy
 * @throws ShardliftError `data` naming file and column where a type has no place in BigQuery's form
 */
export async function readParquetSchema(
  database: Database,
  path: string,
  shown: string = path,
): Promise<Field[]> {
  const reader = await readFooter(shown, () =>
    database.connection.runAndReadAll(readStatement("duckdb/parquet/describe-columns"), { path }),
  );
  await refuseWideDecimals(database, path, shown);
  return reader.columnNames().map((name, index) => buildField(shown, [name], reader.columnType(index)));
}

async function readFooter<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new ShardliftError(
      "data",
      {
        failed: `The file ${path} cannot be read as Parquet.`,
        rule: "a .parquet file is whole: it begins and ends with PAR1 and its footer can be read",
        received: firstLine(cause),
        remedy: "extract the shard again; a copy that was cut off leaves such a file",
      },
      { cause },
    );
  }
}

function firstLine(cause: unknown): string {
  return String(cause instanceof Error ? cause.message : cause).split("\n", 1)[0] ?? "";
}

/** DuckDB reads decimals of more than 38 digits (BIGNUMERIC) as doubles and says nothing: digits would be lost. */
async function refuseWideDecimals(database: Database, path: string, shown: string): Promise<void> {
  const wide = await database.rows(readStatement("duckdb/parquet/find-wide-decimals"), { path });
  if (wide.length > 0) throw unknownType(shown, String(wide[0]?.name), "DECIMAL of more than 38 digits");
}

function buildField(path: string, names: readonly string[], type: DuckDBType): Field {
  const name = names.at(-1)!;
  const repeated = type instanceof DuckDBListType;
  const element = repeated ? type.valueType : type;
  const mode = repeated ? "REPEATED" : "NULLABLE";
  if (!(element instanceof DuckDBStructType)) return { name, type: scalarType(path, names, element), mode };
  const fields = element.entryNames.map((member, index) =>
    buildField(path, [...names, member], element.entryTypes[index]!),
  );
  return { name, type: "RECORD", mode, fields };
}

/** Types that a TIMESTAMP of microseconds or an int64 cannot hold (nanoseconds, UBIGINT) are left out on purpose. */
const scalarTypes: Partial<Record<DuckDBTypeId, FieldType>> = {
  [DuckDBTypeId.VARCHAR]: "STRING",
  [DuckDBTypeId.BLOB]: "BYTES",
  [DuckDBTypeId.TINYINT]: "INTEGER",
  [DuckDBTypeId.SMALLINT]: "INTEGER",
  [DuckDBTypeId.INTEGER]: "INTEGER",
  [DuckDBTypeId.BIGINT]: "INTEGER",
  [DuckDBTypeId.UTINYINT]: "INTEGER",
  [DuckDBTypeId.USMALLINT]: "INTEGER",
  [DuckDBTypeId.UINTEGER]: "INTEGER",
  [DuckDBTypeId.FLOAT]: "FLOAT",
  [DuckDBTypeId.DOUBLE]: "FLOAT",
  [DuckDBTypeId.BOOLEAN]: "BOOLEAN",
  [DuckDBTypeId.DATE]: "DATE",
  [DuckDBTypeId.TIME]: "TIME",
  // As BigQuery's own extracts have it; the zone is always UTC.
  [DuckDBTypeId.TIME_TZ]: "TIME",
  [DuckDBTypeId.TIMESTAMP_S]: "DATETIME",
  [DuckDBTypeId.TIMESTAMP_MS]: "DATETIME",
  [DuckDBTypeId.TIMESTAMP]: "DATETIME",
  [DuckDBTypeId.TIMESTAMP_TZ]: "TIMESTAMP",
};

function scalarType(path: string, names: readonly string[], type: DuckDBType): FieldType {
  if (type instanceof DuckDBDecimalType) return decimalType(type);
  if (type.alias === "JSON") return "JSON";
  const known = scalarTypes[type.typeId];
  if (known === undefined) throw unknownType(path, names.join("."), type.toString());
  return known;
}

/** NUMERIC holds 29 digits before the point and 9 after it; what does not fit stays text as BIGNUMERIC. */
function decimalType({ width, scale }: DuckDBDecimalType): FieldType {
  return scale <= 9 && width - scale <= 29 ? "NUMERIC" : "BIGNUMERIC";
}

function unknownType(path: string, column: string, type: string): ShardliftError {
  return new ShardliftError("data", {
    failed: `The column ${column} of ${path} has a type that no BigQuery export writes.`,
    rule: "columns have the types that BigQuery's extract to Parquet writes, lists are not nested directly",
    received: type,
    remedy: "extract the shard from BigQuery as Parquet again, or as newline JSON with a schema file",
  });
}
