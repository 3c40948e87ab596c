import { renderCompactDay } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import type { Field } from "../days/schema.ts";
import { fragment, identifier, join, literal, renderSql, type SqlFragment } from "../sql/render.ts";
import { readStatement } from "../sql/statements.ts";
import { renderType } from "../sql/types.ts";
import { countRows, daySpan, type ShardFormat, type ShardSpec } from "./shard-spec.ts";

/** Statement that makes a family's rows, and the places that only it has. */
const rowStatements: Record<FamilyName, (spec: ShardSpec, rows: string) => string> = {
  ga4_events: (spec, rows) =>
    renderEvents("ga4-events", spec, rows, { has_batch_ids: literal(spec.day >= "2024-07-11") }),
  firebase_events: (spec, rows) =>
    renderEvents("firebase-events", spec, rows, {
      level_is_text: literal(["v1", "v2"].includes(spec.era)),
    }),
  ga360_sessions: (spec, rows) =>
    renderSql(readRows("ga360-sessions"), {
      ...pickPlaces(spec, ["seed", "day", "rows", "day_start", "day_end"]),
      shard_rows: fragment(rows),
    }),
  ga4_users: renderUsers,
  ga4_pseudonymous_users: renderUsers,
};

const formatOptions: Record<ShardFormat, string> = {
  parquet: "FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 30720",
  jsonl: "FORMAT json",
  "jsonl.gz": "FORMAT json, COMPRESSION gzip",
};

/** The macros all other statements need, one statement each. */
export function renderMacros(): string {
  return readRows("macros");
}

/** The statement that writes file `part` (from 0) of the shard to `path`. */
export function renderCopy(spec: ShardSpec, schema: readonly Field[], part: number, path: string): string {
  return renderSql(readRows("copy-shard"), {
    columns: join(schema.map((field) => renderColumn(field, spec.format))),
    rows: fragment(rowStatements[spec.family](spec, renderShardRows(spec, part))),
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
  rows: string,
  values: Record<string, SqlFragment>,
): string {
  const spine = renderSql(readRows("event-spine"), {
    ...pickPlaces(spec, ["seed", "day", "rows", "users", "day_start", "day_end"]),
    shard_rows: fragment(rows),
  });
  return renderSql(readRows(statement), { ...values, ...pickPlaces(spec, ["day"]), spine: fragment(spine) });
}

function renderUsers(spec: ShardSpec, rows: string): string {
  return renderSql(readRows("ga4-users"), {
    ...pickPlaces(spec, ["seed", "day", "day_start", "day_end"]),
    shard_rows: fragment(rows),
  });
}

function renderShardRows(spec: ShardSpec, part: number): string {
  const { distinct, copies, total } = countRows(spec);
  return renderSql(readRows("shard-rows"), {
    ...pickPlaces(spec, ["seed", "day", "revision"]),
    events: literal(distinct),
    copies: literal(copies),
    first_row: literal(Math.floor((total * part) / spec.parts)),
    end_row: literal(Math.floor((total * (part + 1)) / spec.parts)),
  });
}

type Place = "seed" | "day" | "rows" | "users" | "revision" | "day_start" | "day_end";

function pickPlaces(spec: ShardSpec, names: readonly Place[]): Record<string, SqlFragment> {
  const { startUs, endUs } = daySpan(spec);
  const places: Record<Place, SqlFragment> = {
    seed: literal(spec.seed),
    day: literal(renderCompactDay(spec.day)),
    rows: literal(spec.rows),
    users: literal(Math.max(20, Math.round(spec.rows * 0.06))),
    revision: literal(spec.revision),
    day_start: literal(startUs),
    day_end: literal(endUs),
  };
  return Object.fromEntries(names.map((name) => [name, places[name]]));
}

function readRows(name: string): string {
  return readStatement(`duckdb/generate/${name}`);
}
