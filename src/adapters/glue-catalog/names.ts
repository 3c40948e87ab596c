import type { TableName } from "../../config/types.ts";

/** A table as Glue knows it. */
export interface GlueTable {
  database: string;
  name: string;
  /** For messages: `analytics.web_shop_events`. */
  title: string;
}

/** Glue lower-cases names by itself; who asks for another case would not find what it made. */
export function nameTable({ schema, table }: TableName, databasePrefix: string): GlueTable {
  const database = `${databasePrefix}${schema}`.toLowerCase();
  const name = table.toLowerCase();
  return { database, name, title: `${database}.${name}` };
}
