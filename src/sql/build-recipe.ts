import type { PipelineFamily } from "../config/types.ts";
import type { Family } from "../days/families.ts";
import type { Field } from "../days/schema.ts";
import { ShardliftError } from "../errors.ts";
import { renderEventId, renderIdentityHash } from "./event-id.ts";
import { formulaVersion, hashRules, type Rules } from "./hash-rules.ts";
import type { Recipe } from "./recipe.ts";
import { fragment, identifier, join, literal, renderSql, type SqlFragment } from "./render.ts";
import { buildColumns, renderDigest, renderMarkedTexts, renderSelectList } from "./render-columns.ts";
import { renderFilter } from "./render-filter.ts";
import { renderers } from "./render-json.ts";
import { buildOrderedList, type OrderedList } from "./render-ordered.ts";
import { renderDeclared, renderIsJson, renderStagedColumns, renderTextTypes } from "./render-staging.ts";
import { findKeyValues, outputRules, rawRules, start } from "./row-rules.ts";
import { readStatement } from "./statements.ts";
import { sql } from "./template.ts";
import { renderType } from "./types.ts";

/** The DuckDB release both engines are pinned to. */
export const duckdbVersion = "v1.5.5";

export interface RecipeInput {
  family: Family;
  pipelineFamily: Pick<PipelineFamily, "duplicates">;
  columns: Rules["columns"];
  filter: Rules["filter"];
  /** The shard's columns as its source declares them. */
  schema: readonly Field[];
}

/**
 * Renders the row rules for one schema. Pure.
 * @throws ShardliftError `data` where the schema is no schema of this family
 */
export function buildRecipe(input: RecipeInput): Recipe {
  const { family, schema } = input;
  const rules: Rules = { ...input, duplicates: input.pipelineFamily.duplicates };
  refuseOtherFamily(family, schema);
  const columns = buildColumns(rules, schema, "exact");
  return {
    formatVersion: 1,
    formula: formulaVersion,
    duckdbVersion,
    rulesDigest: hashRules(rules),
    needsHashKey: rules.columns.hash.length > 0,
    columns: columns.map(({ column }) => column),
    statements: {
      ...buildReading(schema),
      ...buildSorting(rules, schema),
      ...buildWriting(rules),
      report: render("report"),
      non_null: columns.flatMap(({ column }) => render("non-null", { column: identifier(column.name) })),
    },
  };
}

/** A shard of another family may lie under the right name. */
function refuseOtherFamily(family: Family, schema: readonly Field[]): void {
  const missing = family.requires.filter((name) => !schema.some((field) => field.name === name));
  if (missing.length === 0) return;
  throw new ShardliftError("data", {
    failed: `This looks like a shard of another family: it has no column ${missing.join(", ")}.`,
    rule: `${family.title} have the columns ${family.requires.join(", ")}`,
    received: `columns ${schema.map((field) => field.name).join(", ") || "(none)"}`,
    remedy: "check which table lies under this name, or declare the family it belongs to",
  });
}

function buildReading(schema: readonly Field[]) {
  const name = (field: Field) => identifier(field.name);
  const type = (field: Field) => fragment(renderType(field));
  const typed = schema.map((field) => sql`${name(field)}::${type(field)} AS ${name(field)}`);
  const nulls = schema.map((field) => sql`NULL::${type(field)} AS ${name(field)}`);
  const expected = schema.map(
    (field) => sql`(${literal(field.name)}, typeof(NULL::${type(asDecimal(field))}))`,
  );
  return {
    setup: render("setup"),
    split_json: render("split-json"),
    shape_json: render("shape-json"),
    check_json: render("check-json", { declared: renderDeclared(schema), is_json: renderIsJson(schema) }),
    locate: render("locate"),
    stage: render("stage", { columns: renderStagedColumns(schema), types: renderTextTypes(schema) }),
    check_parquet: render("check-parquet", { expected: join(expected) }),
    probe: render("probe"),
    source: render("source", { columns: join(typed, ",\n  ") }),
    source_empty: render("source-empty", { columns: join(nulls, ",\n  ") }),
  };
}

/** BIGNUMERIC is text in the lake, but a decimal in the Parquet files it comes from. */
function asDecimal(field: Field): Field {
  if (field.type === "BIGNUMERIC") return { ...field, type: "NUMERIC" };
  return field.fields ? { ...field, fields: field.fields.map(asDecimal) } : field;
}

function buildSorting(rules: Rules, schema: readonly Field[]) {
  const identity = renderIdentityHash(rules, schema);
  const filter = renderFilter(rules, schema);
  const dedupes = rules.duplicates === "event_id";
  const exact = renderSelectList(buildColumns(rules, schema, "exact"));
  return {
    counts: render("counts", { filter }),
    keys: dedupes ? render("keys", { identity, filter }) : [],
    suspects: dedupes ? render("suspects") : [],
    apart: dedupes ? render("apart") : [],
    side: dedupes ? render("side", { filter, identity }) : [],
    settle: dedupes
      ? render("settle", {
          event_id: renderEventId(rules, schema, "exact"),
          digest: renderDigest(rules, schema),
          columns: exact,
        })
      : [],
    duplicates: dedupes ? render("duplicates") : [],
    ...buildClean(rules, schema, filter),
  };
}

/** Clean rows: without suspects (`clean`), or all there are (`clean_whole`). */
function buildClean(rules: Rules, schema: readonly Field[], filter: SqlFragment) {
  const lists = findOrderedLists(rules, schema);
  const hash = fragment("_shardlift_hash");
  const all = (parts: readonly SqlFragment[]) => join([fragment("*"), ...parts], ",\n      ");
  const isNotIn = sql`ANTI JOIN suspects ON suspects.h = source_rows.${hash}`;
  const places = (apart: readonly SqlFragment[], hashes: readonly SqlFragment[]) => ({
    columns: renderSelectList(buildColumns(rules, schema, "regular")),
    ordered: all(lists.flatMap(({ texts }) => texts)),
    pairs: all([...hashes, ...renderMarkedTexts(rules, schema), ...lists.flatMap(({ pairs }) => pairs)]),
    joins: join([...apart, ...lists.map((list) => list.join)], "\n  "),
    filter,
  });
  const identity = sql`${renderIdentityHash(rules, schema)} AS ${hash}`;
  return {
    key_lists: lists.flatMap(({ table, keyList: keys }) => render("key-lists", { table, keys })),
    clean: render("clean", places([isNotIn], [identity])),
    clean_whole: render("clean", places([], [])),
  };
}

/** The key-value columns that this schema has, with all rules that one of their texts is rendered with. */
function findOrderedLists(rules: Rules, schema: readonly Field[]): OrderedList[] {
  return schema.flatMap((field) => {
    const positions = [rawRules, outputRules].map((of) => start(of(rules), "regular", field.name));
    const list = findKeyValues(positions[0]!, field);
    return list === null ? [] : [buildOrderedList(list, field, positions, renderers)];
  });
}

function buildWriting({ duplicates }: Rules) {
  const clean = fragment("SELECT * FROM clean_rows");
  const settled = fragment("SELECT * FROM settled_rows");
  const removed = fragment("SELECT * FROM removed_rows");
  const dedupes = duplicates === "event_id";
  return {
    write: dedupes ? render("write", { rows: join([clean, settled], "\n  UNION ALL\n  ") }) : [],
    write_clean: render("write", { rows: clean }),
    sample: render("write", { rows: fragment("SELECT * FROM clean_rows LIMIT {{@rows}}") }),
    write_settled: dedupes ? render("write", { rows: settled }) : [],
    write_removed: dedupes ? render("write", { rows: removed }) : [],
  };
}

/** One file of sql/duckdb/rules, rendered, as its single statements. */
function render(name: string, values: Record<string, SqlFragment> = {}): string[] {
  const statements = readStatement(`duckdb/rules/${name}`).split(/;\n+/);
  const used = (text: string) =>
    Object.fromEntries(Object.entries(values).filter(([place]) => text.includes(`{{${place}}}`)));
  const withoutComment = (text: string) => text.trim().replace(/^(--[^\n]*\n)+/, "");
  return statements.map((text) => renderSql(withoutComment(text), used(text)));
}
