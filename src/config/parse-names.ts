import type { Parsed, Problem } from "./issue.ts";
import type { ColumnPath, TableName } from "./types.ts";

/**
 * Allow-lists for every name that ends up in SQL, in a path or in an object key. They are the first fence;
 * quoting and binding are the second.
 */

/** Appended to a declared table for the objects we derive from it. */
export const derivedSuffixes = ["_cold", "_all", "_days", "_ledger", "_lock", "_files", "_schemas"] as const;

/** Columns that every table gets from us; they cannot be dropped, hashed or filtered on. */
export const addedColumns = ["_day", "_shard_kind", "_generation", "event_id", "user_properties_set"];

const reservedSchemas = ["information_schema", "pg_catalog", "system", "temp"];

/** Leaves room for the suffixes below the 255 characters of a warehouse identifier. */
const maxTableLength = 200;

const identifierPattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function parseConfigName(text: string): Parsed<string> {
  if (/^[a-z0-9][a-z0-9-]{0,99}$/.test(text)) return { value: text };
  const rule = "small letters a-z, digits and hyphens, first a letter or digit, at most 100";
  const meant = text.toLowerCase().replaceAll(/[ _.]/g, "-");
  const remedy = /^[a-z0-9][a-z0-9-]{0,99}$/.test(meant) ? `write "${meant}"` : 'write it like "web-shop"';
  return { problem: { failed: "is not a name", rule, remedy } };
}

export function parseDataset(text: string): Parsed<string> {
  if (/^[A-Za-z0-9_]{1,1024}$/.test(text)) return { value: text };
  const remedy = 'write the name of the BigQuery dataset alone, like "analytics_123456789"';
  return { problem: { failed: "is not a dataset", rule: "letters a-z, digits and underscores", remedy } };
}

export function parseProject(text: string): Parsed<string> {
  if (/^([a-z0-9.-]{1,100}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(text)) return { value: text };
  const rule = "6-30 small letters, digits and hyphens, first a letter, last no hyphen";
  const remedy = 'write the project\'s id, not its title or number, like "shop-prod"';
  return { problem: { failed: "is not a Google Cloud project id", rule, remedy } };
}

/** `analytics.web_shop_events`. */
export function parseTableName(text: string): Parsed<TableName> {
  const [schema = "", table = "", ...rest] = text.split(".");
  const problem = findTableProblem(schema, table, rest.length);
  return problem === null ? { value: { schema, table } } : { problem };
}

function findTableProblem(schema: string, table: string, further: number): Problem | null {
  const parts = [schema, table];
  if (further > 0 || table === "" || schema === "") {
    const rule = "a schema, a dot and a table; the database is the environment's matter";
    return { failed: "is not schema.table", rule, remedy: 'write it like "analytics.web_shop_events"' };
  }
  if (!parts.every((part) => identifierPattern.test(part) && part.length <= maxTableLength)) {
    const rule = `letters a-z, digits and underscores, no digit first, at most ${maxTableLength} characters each`;
    return { failed: "is not a table name", rule, remedy: 'write it like "analytics.web_shop_events"' };
  }
  if (reservedSchemas.includes(schema.toLowerCase())) {
    const rule = `the warehouse keeps ${reservedSchemas.join(", ")} for itself`;
    return { failed: "names a schema of the warehouse's own", rule, remedy: "choose another schema" };
  }
  const suffix = derivedSuffixes.find((candidate) => table.toLowerCase().endsWith(candidate));
  if (suffix === undefined) return null;
  const rule = `names that end in ${derivedSuffixes.join(", ")} are made by Shardlift`;
  const stem = table.slice(0, -suffix.length);
  const remedy = stem === "" ? "choose another name" : `write "${schema}.${stem}", or another ending`;
  return { failed: `ends in ${suffix}`, rule, remedy };
}

/** The schema of a table, alone. */
export function parseSchemaName(text: string): Parsed<string> {
  const isAlone = !text.includes(".") && findTableProblem(text, "events", 0) === null;
  if (isAlone) return { value: text };
  const rule = "letters a-z, digits and underscores, no digit first, and none of the warehouse's own schemas";
  return { problem: { failed: "is not a schema", rule, remedy: 'write it like "analytics"' } };
}

/** `user_properties.email`: everything after the first dot is kept as it is, dots included. */
export function parseColumnPath(text: string): Parsed<ColumnPath> {
  const dot = text.indexOf(".");
  const column = dot < 0 ? text : text.slice(0, dot);
  const rest = dot < 0 ? null : text.slice(dot + 1);
  const problem = findPathProblem(column, rest);
  return problem === null ? { value: { column, rest } } : { problem };
}

function findPathProblem(column: string, rest: string | null): Problem | null {
  if (addedColumns.includes(column.toLowerCase())) {
    const rule = `${addedColumns.join(", ")} are added by Shardlift; this names columns of the source`;
    return { failed: "is not a column of the source", rule, remedy: "remove it, or name a source column" };
  }
  const isColumn = identifierPattern.test(column) && column.length <= 300;
  const isRest = rest === null || (/^[^\p{C}\p{Zl}\p{Zp}]{1,300}$/u.test(rest) && rest === rest.trim());
  if (isColumn && isRest) return null;
  const rule = "a column (letters, digits, underscores), or a column, a dot and a parameter key or member";
  const remedy = 'write it like "user_id" or "user_properties.email"';
  return { failed: "is not a column path", rule, remedy };
}

/** `user_properties.email`, as it was written. */
export function renderColumnPath(path: ColumnPath): string {
  return path.rest === null ? path.column : `${path.column}.${path.rest}`;
}

/** The one form in which two tables are the same table: warehouses fold case. */
export function foldTableName(name: TableName): string {
  return `${name.schema}.${name.table}`.toLowerCase();
}
