import { renderCompactDay } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import type { Field } from "../days/schema.ts";
import { fragment, identifier, join, literal, renderSql, type SqlFragment } from "../sql/render.ts";
import { readStatement } from "../sql/statements.ts";
import { renderType } from "../sql/types.ts";
import { countRows, daySpan, type ShardFormat, type ShardSpec } from "./shard-spec.ts";

const rowStatements: Record<FamilyName, (spec: ShardSpec, part: RowRange) => string> = {
  ga4_events: (spec, part) =>
    renderEvents("ga4-events", spec, part, { has_batch_ids: literal(spec.day >= "2024-07-11") }),
  firebase_events: (spec, part) => renderEvents("firebase-events", spec, part, {}),
  ga360_sessions: (spec, part) => renderSql(readRows("ga360-sessions"), placesOf(spec, part)),
  ga4_users: (spec, part) => renderSql(readRows("ga4-users"), placesOf(spec, part)),
  ga4_pseudonymous_users: (spec, part) => renderSql(readRows("ga4-users"), placesOf(spec, part)),
};

const formatOptions: Record<ShardFormat, string> = {
  parquet: "FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 30720",
  jsonl: "FORMAT json",
  "jsonl.gz": "FORMAT json, COMPRESSION gzip",
};

/** Rows `first` to `end` (excluded) of a shard, by number. */
interface RowRange {
  first: number;
  end: number;
}

/** The macros all other statements need, one statement each. */
export function renderMacros(): string {
  return readRows("macros");
}

/** The statement that writes file `part` (from 0) of the shard to `path`. */
export function renderCopy(spec: ShardSpec, schema: readonly Field[], part: number, path: string): string {
  const { total } = countRows(spec);
  const range = {
    first: Math.floor((total * part) / spec.parts),
    end: Math.floor((total * (part + 1)) / spec.parts),
  };
  return renderSql(readRows("copy-shard"), {
    columns: join(schema.map((field) => renderColumn(field, spec.format))),
    rows: fragment(rowStatements[spec.family](spec, range)),
    path: literal(path),
    options: fragment(formatOptions[spec.format]),
  });
}

/** Casts by name: members that the era lacks fall away, members that nobody filled are NULL. */
function renderColumn(field: Field, format: ShardFormat): SqlFragment {
  const type = renderType(format === "parquet" ? field : withTextIntegers(field));
  const name = identifier(field.name).sql;
  return fragment(`CAST(${name} AS ${type}) AS ${name}`);
}

/** BigQuery writes INTEGER as text into JSON, so that readers lose no digits. */
function withTextIntegers(field: Field): Field {
  if (field.fields) return { ...field, fields: field.fields.map(withTextIntegers) };
  return field.type === "INTEGER" ? { ...field, type: "STRING" } : field;
}

function renderEvents(
  statement: string,
  spec: ShardSpec,
  range: RowRange,
  values: Record<string, SqlFragment>,
): string {
  const spine = renderSql(readRows("event-spine"), {
    ...placesOf(spec, range),
    users: literal(Math.max(20, Math.round(spec.rows * 0.06))),
  });
  return renderSql(readRows(statement), {
    ...values,
    spine: fragment(spine),
    day: literal(renderCompactDay(spec.day)),
  });
}

function placesOf(spec: ShardSpec, range: RowRange): Record<string, SqlFragment> {
  const { distinct, copies } = countRows(spec);
  const { startUs, endUs } = daySpan(spec);
  return {
    seed: literal(spec.seed),
    day: literal(renderCompactDay(spec.day)),
    rows: literal(spec.rows),
    events: literal(distinct),
    copies: literal(copies),
    revision: literal(spec.revision),
    first_row: literal(range.first),
    end_row: literal(range.end),
    day_start: literal(startUs),
    day_end: literal(endUs),
  };
}

function readRows(name: string): string {
  return readStatement(`duckdb/generate/${name}`);
}
