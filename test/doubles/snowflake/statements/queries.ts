import { duckdbError } from "../model/duckdb-errors.ts";
import { readFileColumns } from "../model/files.ts";
import { quoteText } from "../model/names.ts";
import { fileMissing } from "../model/relations.ts";
import { runQuery } from "../model/results.ts";
import { joinUrl } from "../model/stages.ts";
import { buildColumn, typeIds } from "../protocol/replies.ts";
import { parseText } from "../sql/tokens.ts";
import { translate } from "../sql/translate.ts";
import { buildScope, type Handler, onWarehouse, readName, type StatementKind } from "./context.ts";
import { readStagePath, readTexts } from "./copy.ts";
import { listRegistered } from "./inventory.ts";

/** A query of ours or of somebody's: translated, and asked of DuckDB. */
export const ask: Handler = async (recognised) => {
  const { client, statement } = recognised;
  try {
    return await runQuery(
      client.connection,
      await translate(statement.sql.trim().replace(/;$/, ""), buildScope(recognised)),
    );
  } catch (error) {
    throw duckdbError(error);
  }
};

const listFiles: Handler = async (recognised) => {
  const names = await listRegistered(recognised);
  const listed =
    names.length === 0
      ? "SELECT NULL WHERE false"
      : `VALUES ${names.map((name) => `(${quoteText(name)})`).join(", ")}`;
  const condition = await translate(recognised.places.condition!, buildScope(recognised));
  return runQuery(
    recognised.client.connection,
    `SELECT "FILE_NAME" FROM (${listed}) AS files("FILE_NAME") WHERE ${condition}`,
  );
};

/** Footers of all files named; a column that several have stands once. */
const inferColumns: Handler = async (recognised) => {
  const { world, client, places } = recognised;
  const format = readName(recognised, parseText(places.format!));
  world.catalog.require(format, "file format");
  const { stage, prefix } = readStagePath(recognised, parseText(places.location!));
  const found = new Map<string, string>();
  for (const name of readTexts(places.files!)) {
    const url = joinUrl(stage, prefix + name);
    const file = await world.storage.find(url);
    if (file === null) throw fileMissing(url);
    for (const { name: column, type } of await readFileColumns(client.connection, world.footers, file)) {
      const printed = inferType(type);
      found.set(
        column,
        found.get(column) === undefined || found.get(column) === printed ? printed : "VARIANT",
      );
    }
  }
  return {
    columns: [buildColumn("COLUMN_NAME"), buildColumn("TYPE")],
    rows: [...found],
    typeId: typeIds.select,
  };
};

/** What INFER_SCHEMA calls a Parquet type; nested ones are VARIANT. */
function inferType(duckdb: string): string {
  if (/[([]/.test(duckdb) && !duckdb.startsWith("DECIMAL(")) return "VARIANT";
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(duckdb);
  if (decimal) return `NUMBER(${decimal[1]}, ${decimal[2]})`;
  return inferred[duckdb] ?? "TEXT";
}

const inferred: Record<string, string> = {
  BIGINT: "NUMBER(38, 0)",
  INTEGER: "NUMBER(38, 0)",
  DOUBLE: "REAL",
  FLOAT: "REAL",
  BOOLEAN: "BOOLEAN",
  DATE: "DATE",
  TIME: "TIME",
  TIMESTAMP: "TIMESTAMP_NTZ",
  "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_LTZ",
  BLOB: "BINARY",
  JSON: "TEXT",
};

export const queryStatements: Record<string, StatementKind> = {
  "read-ledger": onWarehouse(ask),
  measure: onWarehouse(ask),
  "measure-files": onWarehouse(ask),
  "find-cold": onWarehouse(ask),
  "read-lock": onWarehouse(ask),
  "list-files": onWarehouse(listFiles),
  "infer-columns": onWarehouse(inferColumns),
};

/** People's own SELECT. */
export const question: StatementKind = onWarehouse(ask);
