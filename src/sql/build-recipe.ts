import type { PipelineFamily } from "../config/types.ts";
import type { Family } from "../days/families.ts";
import type { Field } from "../days/schema.ts";
import { ShardliftError } from "../errors.ts";
import { renderEventId, renderIdentityHash } from "./event-id.ts";
import { formulaVersion, hashRules, type Rules } from "./hash-rules.ts";
import type { Recipe } from "./recipe.ts";
import { fragment, identifier, join, literal, renderSql, type SqlFragment } from "./render.ts";
import { buildColumns, renderDigest, renderSelectList } from "./render-columns.ts";
import { renderFilter } from "./render-filter.ts";
import { renderKeyList } from "./render-key-values.ts";
import { renderDeclared, renderIsJson, renderStagedColumns, renderTextTypes } from "./render-staging.ts";
import { findKeyValues, rawRules, start } from "./row-rules.ts";
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
  const lists = findKeyLists(rules, schema);
  const dedupes = rules.duplicates === "event_id";
  const suspicions = [
    ...(dedupes ? [{ table: fragment("suspects"), hash: identity }] : []),
    ...lists.map(({ table, keys }) => ({ table, hash: sql`hash(${keys})` })),
  ];
  const isIn = suspicions.map(({ table, hash }) => sql`${hash} IN (SELECT h FROM ${table})`);
  const named = suspicions.map((suspicion, index) => ({
    ...suspicion,
    name: fragment(`_shardlift_hash_${index}`),
  }));
  const isNotIn = named.map(({ table, name }) => sql`ANTI JOIN ${table} ON ${table}.h = rendered.${name}`);
  const hashes = named.map(({ hash, name }) => sql`${hash} AS ${name}`);
  const clean = buildColumns(rules, schema, "regular");
  const exact = renderSelectList(buildColumns(rules, schema, "exact"));
  return {
    counts: render("counts", { filter }),
    keys: dedupes ? render("keys", { identity, filter }) : [],
    irregular: lists.flatMap((list) => render("irregular", list)),
    suspects: dedupes ? render("suspects") : [],
    apart: render("apart", {
      hashes: join(
        [literal(0), ...suspicions.map(({ table }) => sql`(SELECT count(*) FROM ${table})`)],
        " + ",
      ),
    }),
    side: render("side", { filter, suspicion: join([fragment("false"), ...isIn], " OR ") }),
    settle: dedupes
      ? render("settle", {
          event_id: renderEventId(rules, schema, "exact"),
          digest: renderDigest(rules, schema),
          columns: exact,
        })
      : render("settle-keep", { columns: exact }),
    duplicates: dedupes ? render("duplicates") : [],
    clean: render("clean", {
      names: join(clean.map(({ column }) => identifier(column.name))),
      columns: join([renderSelectList(clean), ...hashes], ",\n  "),
      apart: join(isNotIn, "\n"),
      filter,
    }),
    clean_whole: render("clean-whole", { columns: renderSelectList(clean), filter }),
  };
}

/** Key lists of the key-value columns that this schema has, each with the table of irregular ones. */
function findKeyLists(rules: Rules, schema: readonly Field[]): { table: SqlFragment; keys: SqlFragment }[] {
  return schema.flatMap((field) => {
    const at = start(rawRules(rules), "exact", field.name);
    const list = findKeyValues(at, field);
    if (list === null) return [];
    return [
      {
        table: identifier(`irregular_${field.name}`),
        keys: renderKeyList(list, field, identifier(field.name)),
      },
    ];
  });
}

function buildWriting(rules: Rules) {
  const clean = fragment("SELECT * FROM clean_rows");
  const settled = fragment("SELECT * FROM settled_rows");
  const removed = fragment("SELECT * FROM removed_rows");
  return {
    write: render("write", { rows: join([clean, settled], "\n  UNION ALL\n  ") }),
    write_clean: render("write", { rows: clean }),
    sample: render("write", { rows: fragment("SELECT * FROM clean_rows LIMIT {{@rows}}") }),
    write_settled: render("write", { rows: settled }),
    write_removed: rules.duplicates === "event_id" ? render("write", { rows: removed }) : [],
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
