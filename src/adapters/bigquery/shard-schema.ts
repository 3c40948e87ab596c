import type { Field, FieldType } from "../../days/schema.ts";
import { ShardliftError } from "../../errors.ts";
import { parseSchema } from "../files/parse-schema.ts";

/** Types that files may have here, and that do not come out of BigQuery alike by both ways. */
const unreadable: Partial<Record<FieldType, string>> = {
  BIGNUMERIC: "of whose 76 digits 38 at most arrive",
  JSON: "which is not extracted as Parquet",
};

/**
 * A table's schema with the names of types normalised; descriptions, policy tags and whatever else is left out.
 * @throws ShardliftError `data` with every column that cannot be read, before a row of it is
 */
export function parseShardSchema(schema: unknown, name: string): Field[] {
  const parsed = parseSchema(schema);
  const issues = "fields" in parsed ? listUnreadable(parsed.fields, []) : parsed.issues;
  if ("fields" in parsed && issues.length === 0) return parsed.fields;
  throw new ShardliftError("data", {
    failed: `The schema of ${name} cannot be read.`,
    rule: "a shard has the types that Google exports: no BIGNUMERIC, JSON, GEOGRAPHY, RANGE or INTERVAL",
    received: issues.join("; "),
    remedy:
      "look at the table in the console: somebody may have changed it, or put another one under its name",
  });
}

function listUnreadable(fields: readonly Field[], above: readonly string[]): string[] {
  return fields.flatMap(({ name, type, fields: members = [] }) => {
    const path = [...above, name];
    const why = unreadable[type];
    const own = why === undefined ? [] : [`${path.join(".")} has the type ${type}, ${why}`];
    return [...own, ...listUnreadable(members, path)];
  });
}
