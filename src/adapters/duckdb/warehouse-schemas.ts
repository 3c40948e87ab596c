import { createHash } from "node:crypto";
import type { Column } from "../../days/schema.ts";
import { fragment, identifier, join, type SqlFragment } from "../../sql/render.ts";
import { renderTableType, renderType } from "../../sql/types.ts";
import type { Database } from "./database.ts";
import type { Relations } from "./warehouse-names.ts";
import { renderWarehouseSql } from "./warehouse-sql.ts";

/** Id of the row that holds the hot table's own columns. */
const tableId = "table";

/** @returns the hot table's columns in BigQuery's form, which DuckDB's own types cannot tell; null: not prepared. */
export async function readTableColumns(database: Database, names: Relations): Promise<Column[] | null> {
  const rows = await database.rows(renderWarehouseSql("read-schema", { schemas: names.schemas }), {
    id: tableId,
  });
  return rows[0] === undefined ? null : (JSON.parse(String(rows[0].columns)) as Column[]);
}

export async function writeTableColumns(
  database: Database,
  names: Relations,
  columns: readonly Column[],
): Promise<void> {
  await writeSchema(database, names, tableId, columns);
}

/** Keeps a schema of registered files. @returns its id: equal columns have one. */
export async function writeFileColumns(
  database: Database,
  names: Relations,
  columns: readonly Column[],
): Promise<string> {
  const id = createHash("sha256").update(JSON.stringify(columns)).digest("hex").slice(0, 32);
  await writeSchema(database, names, id, columns);
  return id;
}

async function writeSchema(database: Database, names: Relations, id: string, columns: readonly Column[]) {
  const { schemas } = names;
  await database.run(renderWarehouseSql("delete-schema", { schemas }), { id });
  await database.run(renderWarehouseSql("insert-schema", { schemas }), {
    id,
    columns: JSON.stringify(columns),
  });
}

/** The DuckDB type of a column as it stands in a lake file: JSON is text there. */
export function renderFileType(column: Column): string {
  return column.json ? "VARCHAR" : renderType(column);
}

/**
 * The columns of the table, made of what a file with `fileColumns` has: cast where types differ, null where the
 * file is older than the column. STRUCTs are cast by the names of their members, missing ones are null.
 * @param replaced expressions that stand for a column whatever the file has, by lower-case name
 */
export function renderSelection(
  tableColumns: readonly Column[],
  fileColumns: readonly Column[],
  replaced: ReadonlyMap<string, SqlFragment> = new Map(),
): SqlFragment {
  const inFile = new Map(fileColumns.map((column) => [column.name.toLowerCase(), column]));
  const expressions = tableColumns.map((column) => {
    const name = column.name.toLowerCase();
    const source = replaced.get(name) ?? renderColumn(column, inFile.get(name));
    return fragment(`${source.sql} AS ${identifier(column.name).sql}`);
  });
  return join(expressions);
}

function renderColumn(column: Column, inFile: Column | undefined): SqlFragment {
  const type = renderTableType(column);
  if (inFile === undefined) return fragment(`NULL::${type}`);
  const name = identifier(column.name);
  // A cast that changes nothing would keep DuckDB from reading single members of a STRUCT.
  return renderFileType(inFile) === type ? name : fragment(`${name.sql}::${type}`);
}
