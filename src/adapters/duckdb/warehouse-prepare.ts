import type { TableName } from "../../config/types.ts";
import { type Evolution, hasChanges, planEvolution } from "../../days/evolution.ts";
import type { Column } from "../../days/schema.ts";
import { ShardliftError } from "../../errors.ts";
import { fragment, identifier, join } from "../../sql/render.ts";
import { renderTableType } from "../../sql/types.ts";
import type { Database } from "./database.ts";
import type { FindPath } from "./warehouse-files.ts";
import { describeTable, type Relations } from "./warehouse-names.ts";
import { readTableColumns, writeTableColumns } from "./warehouse-schemas.ts";
import { renderWarehouseSql } from "./warehouse-sql.ts";
import { writeViews } from "./warehouse-views.ts";

/** Whether a table and its sisters are there; they are made together, and the ledger stands for all. */
export async function isPrepared(database: Database, table: TableName): Promise<boolean> {
  const values = { schema: table.schema, table: `${table.table}_ledger` };
  return (await database.rows(renderWarehouseSql("find-table"), values)).length > 0;
}

/**
 * Makes or grows a table, its sisters and its views; belongs into one transaction (DDL is transactional here).
 * @throws ShardliftError `refused` where types cannot be brought together, or the name is somebody else's table
 */
export async function prepareTable(
  database: Database,
  table: TableName,
  names: Relations,
  wanted: readonly Column[],
  findPath: FindPath,
): Promise<void> {
  const existing = (await isPrepared(database, table)) ? await readTableColumns(database, names) : null;
  const evolution = planEvolution(existing ?? [], wanted);
  refuseConflicts(table, evolution);
  if (existing === null) await createRelations(database, table, names, evolution.columns);
  else if (hasChanges(evolution)) await growColumns(database, names, existing, evolution.columns);
  if (existing === null || hasChanges(evolution)) {
    await writeTableColumns(database, names, evolution.columns);
  }
  // Always: the lake may stand in another folder than when the views were made.
  await writeViews(database, names, findPath);
}

function refuseConflicts(table: TableName, { conflicts }: Evolution): void {
  if (conflicts.length === 0) return;
  throw new ShardliftError("refused", {
    failed: `The columns of ${describeTable(table)} cannot become what the rows need.`,
    rule: [...new Set(conflicts.map((conflict) => conflict.rule))].join("; "),
    received: conflicts
      .map((found) => `${found.path.join(".")}: ${found.existing} → ${found.wanted}`)
      .join("; "),
    remedy: "drop the column in the pipeline, or load into a new table and backfill",
  });
}

async function createRelations(
  database: Database,
  table: TableName,
  names: Relations,
  columns: readonly Column[],
): Promise<void> {
  const { schema, ledger, lock, files, schemas } = names;
  await database.run(renderWarehouseSql("create-schema", { schema }));
  await createHot(database, table, names, columns);
  await database.run(renderWarehouseSql("create-ledger", { ledger }));
  await database.run(renderWarehouseSql("create-lock", { lock }));
  await database.run(renderWarehouseSql("fill-lock", { lock }));
  await database.run(renderWarehouseSql("create-files", { files }));
  await database.run(renderWarehouseSql("create-schemas", { schemas }));
}

async function createHot(
  database: Database,
  table: TableName,
  { hot }: Relations,
  columns: readonly Column[],
): Promise<void> {
  const definitions = join(
    columns.map((column) => fragment(`${identifier(column.name).sql} ${renderTableType(column)}`)),
  );
  try {
    await database.run(renderWarehouseSql("create-hot", { hot, columns: definitions }));
  } catch (cause) {
    if (!(cause instanceof Error) || !/already exists/.test(cause.message)) throw cause;
    const failed = `The table ${describeTable(table)} is there already and is not ours.`;
    const remedy = "declare another table name in the pipeline, or rename that table";
    throw new ShardliftError("refused", { failed, remedy }, { cause });
  }
}

/** In place: whole new columns are added, everything else is one change of its column's type. */
async function growColumns(
  database: Database,
  { hot }: Relations,
  existing: readonly Column[],
  united: readonly Column[],
): Promise<void> {
  const before = new Map(existing.map((column) => [column.name, renderTableType(column)]));
  for (const column of united) {
    const type = renderTableType(column);
    if (before.get(column.name) === type) continue;
    const statement = before.has(column.name) ? "change-type" : "add-column";
    const values = { hot, column: identifier(column.name), type: fragment(type) };
    await database.run(renderWarehouseSql(statement, values));
  }
}
