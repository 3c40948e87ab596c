import { SnowflakeError } from "../errors.ts";

/** A declared type: as Snowflake prints it, and what holds it in DuckDB. */
export interface ColumnType {
  /** `NUMBER(38,0)`, `OBJECT`. */
  printed: string;
  duckdb: string;
}

const plain: Record<string, ColumnType> = {
  FLOAT: { printed: "FLOAT", duckdb: "DOUBLE" },
  DOUBLE: { printed: "FLOAT", duckdb: "DOUBLE" },
  BOOLEAN: { printed: "BOOLEAN", duckdb: "BOOLEAN" },
  DATE: { printed: "DATE", duckdb: "DATE" },
  VARIANT: { printed: "VARIANT", duckdb: "JSON" },
  OBJECT: { printed: "OBJECT", duckdb: "JSON" },
  ARRAY: { printed: "ARRAY", duckdb: "JSON" },
};

const integers = new Set(["INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "BYTEINT"]);
const texts = new Set(["VARCHAR", "STRING", "TEXT", "CHAR"]);
const decimals = new Set(["NUMBER", "DECIMAL", "NUMERIC"]);

const temporal: Record<string, string> = {
  TIME: "TIME",
  TIMESTAMP_NTZ: "TIMESTAMP",
  DATETIME: "TIMESTAMP",
  TIMESTAMP: "TIMESTAMP",
  TIMESTAMP_LTZ: "TIMESTAMP WITH TIME ZONE",
  TIMESTAMP_TZ: "TIMESTAMP WITH TIME ZONE",
};

/**
 * DuckDB keeps microseconds where Snowflake keeps nanoseconds: what the lake has is microseconds, so nothing is lost.
 * @throws SnowflakeError where the double does not know the type
 */
export function parseType(text: string): ColumnType {
  const [, name = "", first, second] =
    /^(\w+)(?:\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?$/.exec(text.trim().toUpperCase()) ?? [];
  const known = plain[name];
  if (known !== undefined && first === undefined) return known;
  if (integers.has(name)) return { printed: "NUMBER(38,0)", duckdb: "DECIMAL(38,0)" };
  if (texts.has(name)) return { printed: `VARCHAR(${first ?? 16_777_216})`, duckdb: "VARCHAR" };
  if (name === "BINARY" || name === "VARBINARY")
    return { printed: `BINARY(${first ?? 8_388_608})`, duckdb: "BLOB" };
  if (decimals.has(name)) {
    const printed = `(${first ?? 38},${second ?? 0})`;
    return { printed: `NUMBER${printed}`, duckdb: `DECIMAL${printed}` };
  }
  const held = temporal[name];
  if (held !== undefined)
    return {
      printed: `${name === "TIMESTAMP" || name === "DATETIME" ? "TIMESTAMP_NTZ" : name}(${first ?? 9})`,
      duckdb: held,
    };
  throw new SnowflakeError("compilation", `SQL compilation error:\nUnsupported data type '${text}'.`);
}

/** The longest text that a column takes, characters; null: it takes no text. */
export function textLimit(type: ColumnType): number | null {
  const limit = /^VARCHAR\((\d+)\)$/.exec(type.printed)?.[1];
  return limit === undefined ? null : Number(limit);
}

/**
 * Whether ALTER COLUMN may make one type of the other. Documented: text grows longer, a number's precision grows; its
 * scale stays.
 */
export function canWiden(from: ColumnType, to: ColumnType): boolean {
  if (from.printed === to.printed) return true;
  const [longFrom, longTo] = [textLimit(from), textLimit(to)];
  if (longFrom !== null && longTo !== null) return longTo >= longFrom;
  const [a, b] = [from, to].map(({ printed }) => /^NUMBER\((\d+),(\d+)\)$/.exec(printed));
  return a != null && b != null && a[2] === b[2] && Number(b[1]) >= Number(a[1]);
}
