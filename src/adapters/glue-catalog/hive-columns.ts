import type { Column } from "../../days/schema.ts";
import { ShardliftError } from "../../errors.ts";
import { buildHiveType, type HiveMember } from "./hive-types.ts";

/** The partition key: one partition a day. A date, so that days are compared and counted as days. */
export const partitionKey = { Name: "day", Type: "date" } as const;

/** Names that need no quotes in Hive's type texts, and that Athena takes everywhere. */
const plainName = /^[A-Za-z0-9_]{1,255}$/;

/**
 * The columns of the readers' table.
 * @param table for messages: `analytics.web_shop_events`
 * @throws ShardliftError `data` where Athena could not read a column, or two would be one
 */
export function buildHiveColumns(table: string, columns: readonly Column[]): HiveMember[] {
  checkNames(table, columns, []);
  const own = columns.find(({ name }) => name.toLowerCase() === partitionKey.Name);
  if (own !== undefined) {
    throw buildColumnError(
      table,
      own.name,
      `${partitionKey.Name} is the partition key, and no column's name`,
    );
  }
  return columns.map((column) => {
    const type = buildHiveType(column);
    if (type !== null) return { name: column.name.toLowerCase(), type };
    throw buildColumnError(table, column.name, "Athena reads no TIME, and no RECORD without members");
  });
}

function checkNames(table: string, columns: readonly Column[], above: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const { name, fields } of columns) {
    const path = [...above, name];
    if (!plainName.test(name)) {
      throw buildColumnError(table, path.join("."), "names have letters a-z, digits and underscores");
    }
    const twin = seen.get(name.toLowerCase());
    if (twin !== undefined) {
      const both = `${[...above, twin].join(".")} and ${path.join(".")}`;
      throw buildColumnError(table, both, "Glue lower-cases names, so no two may differ by case only");
    }
    seen.set(name.toLowerCase(), name);
    checkNames(table, fields ?? [], path);
  }
}

function buildColumnError(table: string, column: string, rule: string): ShardliftError {
  return new ShardliftError("data", {
    failed: `A column of ${table} cannot be shown in Athena.`,
    rule,
    received: column,
    remedy: "drop the column in the pipeline (columns.drop), and extract the day again with backfill --again",
  });
}
