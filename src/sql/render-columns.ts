import type { Column, Field } from "../days/schema.ts";
import { ShardliftError } from "../errors.ts";
import { renderEventId } from "./event-id.ts";
import type { Rules } from "./hash-rules.ts";
import { member } from "./member.ts";
import { fragment, identifier, join, literal, type SqlFragment } from "./render.ts";
import { renderers, renderJson, renderText } from "./render-json.ts";
import { renderSetTimes } from "./render-key-values.ts";
import { nameMarked, renderMarked } from "./render-ordered.ts";
import {
  enterList,
  enterMember,
  type Form,
  findKeyValues,
  hasKeyValuesBelow,
  hasRulesBelow,
  isDropped,
  isHashed,
  outputRules,
  type Position,
  start,
} from "./row-rules.ts";
import { sql } from "./template.ts";
import { renderType } from "./types.ts";

/** A column of the lake files and the SQL that makes it from a row of `source`. */
export interface OutputColumn {
  column: Column;
  value: SqlFragment;
}

/** Every column that is written, in order: those of the source, then the added ones. */
export function buildColumns(rules: Rules, schema: readonly Field[], form: Form): OutputColumn[] {
  const kept = schema.flatMap((field) => {
    const built = buildColumn(field, start(outputRules(rules), form, field.name));
    return built === null ? [] : [built];
  });
  const added = buildAdded(rules, schema, form);
  refuseTaken(schema, added);
  return [...kept, ...added];
}

function buildColumn(field: Field, at: Position): OutputColumn | null {
  const value = identifier(field.name);
  if (isDropped(at)) return null;
  if (isHashed(at)) return hashed(field, value, at);
  const list = field.mode === "REPEATED" ? ("array" as const) : ("object" as const);
  if (findKeyValues(at, field)) return json(field.name, renderJson(field, value, at), "object");
  if (hasKeyValuesBelow(at)) return json(field.name, renderNested(field, value, at), list);
  return buildTyped(field, value, at);
}

function renderNested(field: Field, value: SqlFragment, at: Position): SqlFragment {
  const exact = renderJson(field, value, { ...at, form: "exact" });
  return at.form === "exact" ? exact : renderMarked(field, exact);
}

/** Texts in the regular form that the columns of `clean_rows` are made of. */
export function renderMarkedTexts(rules: Rules, schema: readonly Field[]): SqlFragment[] {
  return schema.flatMap((field) => {
    const at = start(outputRules(rules), "regular", field.name);
    if (isDropped(at) || isHashed(at) || findKeyValues(at, field) || !hasKeyValuesBelow(at)) return [];
    return [sql`${renderJson(field, identifier(field.name), at)} AS ${nameMarked(field)}`];
  });
}

function json(name: string, value: SqlFragment, kind: "object" | "array"): OutputColumn {
  return { column: { name, type: "STRING", mode: "NULLABLE", json: kind }, value };
}

function hashed(field: Field, value: SqlFragment, at: Position): OutputColumn {
  const column = { name: field.name, type: "STRING", mode: "NULLABLE" } as const;
  return { column, value: sql`keyed_hash(${renderText(field, value, at)})` };
}

/** A column that keeps its type, but for members that are dropped or hashed; null where nothing is left of it. */
function buildTyped(field: Field, value: SqlFragment, at: Position): OutputColumn | null {
  if (isDropped(at)) return null;
  if (isHashed(at)) return hashed(field, value, at);
  if (field.mode === "REPEATED") return buildTypedList(field, value, at);
  if (!hasRulesBelow(at) || field.type !== "RECORD") return { column: field, value };
  const members = (field.fields ?? []).flatMap((inner) => {
    const built = buildTyped(inner, member(value, inner.name), enterMember(at, inner.name));
    return built === null ? [] : [built];
  });
  if (members.length === 0) return null;
  const packed = join(members.map((inner) => sql`${identifier(inner.column.name)} := ${inner.value}`));
  const fields = members.map((inner) => inner.column);
  return {
    column: { ...field, fields },
    value: sql`CASE WHEN ${value} IS NOT NULL THEN struct_pack(${packed}) END`,
  };
}

/** A null list is an empty list: BigQuery has none, what carried the rows here may. */
function buildTypedList(field: Field, value: SqlFragment, at: Position): OutputColumn | null {
  const { element, inside } = enterList(at);
  const built = buildTyped({ ...field, mode: "NULLABLE" }, element, inside);
  if (built === null) return null;
  const column = { ...built.column, mode: "REPEATED" as const };
  const list = hasRulesBelow(at) ? sql`list_transform(${value}, lambda ${element}: ${built.value})` : value;
  return { column, value: sql`coalesce(${list}, []::${fragment(renderType(column))})` };
}

function buildAdded(rules: Rules, schema: readonly Field[], form: Form): OutputColumn[] {
  const text = (name: string, value: SqlFragment): OutputColumn => ({
    column: { name, type: "STRING", mode: "NULLABLE" },
    value,
  });
  return [
    { column: { name: "_day", type: "DATE", mode: "NULLABLE" }, value: fragment("{{@day}}::DATE") },
    text("_shard_kind", fragment("{{@shard_kind}}::VARCHAR")),
    text("_generation", fragment("{{@generation}}::VARCHAR")),
    text("event_id", renderEventId(rules, schema, form)),
    ...buildTimes(rules, schema, form),
  ];
}

/** The set-timestamps column; it goes where the column it comes from is dropped. */
function buildTimes(rules: Rules, schema: readonly Field[], form: Form): OutputColumn[] {
  const { timestamps } = rules.family;
  if (timestamps === undefined) return [];
  const at = start(outputRules(rules), form, timestamps.column);
  if (isDropped(at)) return [];
  const field = schema.find((candidate) => candidate.name === timestamps.column);
  const list = field && findKeyValues(at, field);
  const value =
    field && list
      ? renderSetTimes(list, field, identifier(field.name), at, renderers)
      : fragment("NULL::VARCHAR");
  return [json(timestamps.as, value, "object")];
}

function refuseTaken(schema: readonly Field[], added: readonly OutputColumn[]): void {
  const names = new Set(added.map(({ column }) => column.name.toLowerCase()));
  const taken = schema.find((field) => names.has(field.name.toLowerCase()));
  if (taken === undefined) return;
  throw new ShardliftError("data", {
    failed: `The shard has a column named ${taken.name}, which is a column that we add.`,
    rule: `${added.map(({ column }) => column.name).join(", ")} are added to every row`,
    received: `${taken.name} ${taken.type}`,
    remedy: "export the table under another name for this column",
  });
}

/** `expression AS "name"`, for a SELECT list; typed, so that every file of a table has the same types. */
export function renderSelectList(columns: readonly OutputColumn[]): SqlFragment {
  return join(
    columns.map(({ column, value }) => sql`${value} AS ${identifier(column.name)}`),
    ",\n  ",
  );
}

/** A digest of the whole row as the source has it: equal for exact copies, whatever order their keys come in. */
export function renderDigest(rules: Rules, schema: readonly Field[]): SqlFragment {
  const raw = { ...outputRules(rules), drop: [], hash: [] };
  const parts = schema.map(
    (field) => sql`prefixed(${renderJson(field, identifier(field.name), start(raw, "exact", field.name))})`,
  );
  return sql`sha256(concat(${join([literal(""), ...parts])}))`;
}
