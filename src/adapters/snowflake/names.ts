import type { TableName } from "../../config/types.ts";
import { fragment, identifier, join, type SqlFragment } from "../../sql/render.ts";

/** Every relation of one hot table, upper-cased, quoted, qualified. */
export interface Relations {
  database: SqlFragment;
  schema: SqlFragment;
  hot: SqlFragment;
  cold: SqlFragment;
  all: SqlFragment;
  days: SqlFragment;
  ledger: SqlFragment;
  lock: SqlFragment;
  /** Inventory of registered cold files: an external table. */
  files: SqlFragment;
  /** The bare name, as Snowflake lists it. */
  bare: string;
}

/** The one place where a declared name becomes one of Snowflake's: upper-cased, so that unquoted text finds it. */
export function nameObject(name: string): SqlFragment {
  return identifier(foldName(name));
}

/** How Snowflake reads a name that is not quoted. */
export function foldName(name: string): string {
  return name.toUpperCase();
}

/** A dotted name of the environment's, `LAKE.PUBLIC.STAGE`; each part is checked there. */
export function nameQualified(name: string): SqlFragment {
  return join(name.split(".").map(nameObject), ".");
}

export function nameRelations(database: string, table: TableName): Relations {
  const home = nameObject(database);
  const schema = join([home, nameObject(table.schema)], ".");
  const sister = (suffix: string) => fragment(`${schema.sql}.${nameObject(table.table + suffix).sql}`);
  return {
    database: home,
    schema,
    hot: sister(""),
    cold: sister("_cold"),
    all: sister("_all"),
    days: sister("_days"),
    ledger: sister("_ledger"),
    lock: sister("_lock"),
    files: sister("_files"),
    bare: foldName(table.table),
  };
}

/** For messages: `analytics.web_shop_events`. */
export function describeTable(table: TableName): string {
  return `${table.schema}.${table.table}`;
}
