import type { TableName } from "../../config/types.ts";
import { fragment, identifier, type SqlFragment } from "../../sql/render.ts";

/** Every relation of one hot table, quoted and qualified with its schema. */
export interface Relations {
  schema: SqlFragment;
  hot: SqlFragment;
  cold: SqlFragment;
  all: SqlFragment;
  days: SqlFragment;
  ledger: SqlFragment;
  lock: SqlFragment;
  /** Inventory of registered cold files. */
  files: SqlFragment;
  /** Columns, in BigQuery's form: of the hot table and of each schema among the registered files. */
  schemas: SqlFragment;
}

/** Quotes the names of a table and its sisters; nothing in a declared name can end the quotes. */
export function nameRelations(table: TableName): Relations {
  const schema = identifier(table.schema);
  const sister = (suffix: string) => fragment(`${schema.sql}.${identifier(table.table + suffix).sql}`);
  return {
    schema,
    hot: sister(""),
    cold: sister("_cold"),
    all: sister("_all"),
    days: sister("_days"),
    ledger: sister("_ledger"),
    lock: sister("_lock"),
    files: sister("_files"),
    schemas: sister("_schemas"),
  };
}

/** For messages: `analytics.web_shop_events`. */
export function describeTable(table: TableName): string {
  return `${table.schema}.${table.table}`;
}
