import { openDatabase } from "../src/adapters/duckdb/database.ts";
import type { Field } from "../src/days/schema.ts";
import { identifier, literal } from "../src/sql/render.ts";

/** Bytes by BigQuery's rule: 8 for numbers and times, 2 more than its UTF-8 for a text, nothing for null. */
const sizes: Partial<Record<Field["type"], number>> = {
  ...{
    INTEGER: 8,
    FLOAT: 8,
    TIMESTAMP: 8,
    DATETIME: 8,
    DATE: 8,
    TIME: 8,
    BOOLEAN: 1,
    NUMERIC: 16,
    BIGNUMERIC: 32,
  },
};

/** What a table of these rows has as `numBytes`. */
export async function measureLogicalBytes(path: string, schema: readonly Field[]): Promise<number> {
  const database = await openDatabase({ threads: 4 });
  try {
    const sums = schema.map((field) => renderSize(field, identifier(field.name).sql, 0));
    const [row] = await database.rows(
      `SELECT sum(${sums.join(" + ")})::BIGINT AS bytes FROM read_parquet(${literal(path).sql})`,
    );
    return Number(row?.bytes);
  } finally {
    database.close();
  }
}

function renderSize(field: Field, value: string, depth: number): string {
  if (field.mode === "REPEATED") {
    const item = `x${depth}`;
    const one = renderSize({ ...field, mode: "NULLABLE" }, item, depth + 1);
    return `coalesce(list_sum(list_transform(${value}, lambda ${item}: ${one})), 0)`;
  }
  if (field.type === "RECORD") {
    const members = (field.fields ?? []).map((member) =>
      renderSize(member, `(${value}).${identifier(member.name).sql}`, depth),
    );
    return `(${members.join(" + ")})`;
  }
  const size = sizes[field.type];
  if (size !== undefined) return `(CASE WHEN ${value} IS NULL THEN 0 ELSE ${size} END)`;
  return `coalesce(2 + octet_length(encode(${value}::VARCHAR)), 0)`;
}
