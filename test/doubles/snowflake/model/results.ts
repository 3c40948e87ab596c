import {
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBType,
  type DuckDBValue,
} from "@duckdb/node-api";
import { buildColumn, type ResultColumn, type StatementResult, typeIds } from "../protocol/replies.ts";

/** Runs a query of DuckDB's and gives its rows as the wire has them. */
export async function runQuery(connection: DuckDBConnection, sql: string): Promise<StatementResult> {
  const reader = await connection.runAndReadAll(sql);
  const types = reader.columnTypes();
  const columns = reader.columnNames().map((name, index) => describe(name, types[index]!));
  const rows = reader.getRows().map((row) => row.map((value) => renderCell(value)));
  return { columns, rows, typeId: typeIds.select };
}

function describe(name: string, type: DuckDBType): ResultColumn {
  const text = String(type);
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(text);
  if (decimal)
    return buildColumn(name, "fixed", { precision: Number(decimal[1]), scale: Number(decimal[2]) });
  if (/^(U|HUGE|UHUGE|BIG|SMALL|TINY|UBIG|USMALL|UTINY)?INT(EGER)?$/.test(text))
    return buildColumn(name, "fixed");
  if (type.alias === "JSON") return buildColumn(name, "variant");
  return buildColumn(name, wireTypes[text] ?? (/[[(]/.test(text) ? "variant" : "text"));
}

const wireTypes: Record<string, string> = {
  BOOLEAN: "boolean",
  DOUBLE: "real",
  FLOAT: "real",
  DATE: "date",
  TIME: "time",
  TIMESTAMP: "timestamp_ntz",
  "TIMESTAMP WITH TIME ZONE": "timestamp_ltz",
  BLOB: "binary",
};

/** Days, seconds with nine digits, 1 and 0, hex: all as text. */
function renderCell(value: DuckDBValue): string | null {
  if (value === null) return null;
  if (typeof value === "boolean") return value ? "1" : "0";
  if (value instanceof DuckDBDateValue) return String(value.days);
  if (
    value instanceof DuckDBTimestampValue ||
    value instanceof DuckDBTimestampTZValue ||
    value instanceof DuckDBTimeValue
  )
    return renderSeconds(value.micros);
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString("hex").toUpperCase();
  if (value instanceof DuckDBDecimalValue) return value.toString();
  return String(value);
}

function renderSeconds(micros: bigint): string {
  const seconds = micros >= 0n ? micros / 1_000_000n : (micros - 999_999n) / 1_000_000n;
  return `${seconds}.${String((micros - seconds * 1_000_000n) * 1000n).padStart(9, "0")}`;
}
