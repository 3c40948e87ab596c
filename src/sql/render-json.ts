import type { Field } from "../days/schema.ts";
import { member, type Renderers } from "./member.ts";
import { fragment, join, literal, type SqlFragment } from "./render.ts";
import { renderKeyValues } from "./render-key-values.ts";
import {
  enterList,
  enterMember,
  type Form,
  findKeyValues,
  isDropped,
  isHashed,
  type Position,
} from "./row-rules.ts";
import { sql } from "./template.ts";

/** What renderers of parts (pairs, slots) are given to render values below them. */
export const renderers: Renderers = { jsonOrNull: renderJsonOrNull, text: renderText };

/**
 * Renders the JSON text of a value, complete and canonical; never SQL NULL: a null is the text `null`, a null list
 * `[]`, key-value lists are objects.
 */
export function renderJson(field: Field, value: SqlFragment, at: Position): SqlFragment {
  return sql`coalesce(${renderJsonOrNull(field, value, at)}, 'null')`;
}

/** The same, but SQL NULL where the value is null (lists never are). */
export function renderJsonOrNull(field: Field, value: SqlFragment, at: Position): SqlFragment {
  if (isHashed(at)) return sql`'"' || keyed_hash(${renderText(field, value, at)}) || '"'`;
  if (field.mode === "REPEATED") return renderList(field, value, at);
  if (field.type === "RECORD") return renderStruct(field, value, at);
  return renderScalar(field, value, at.form);
}

/** The value's text, always exact: a string as it is, everything else as its JSON text without quotes. Null stays null. */
export function renderText(field: Field, value: SqlFragment, at: Position): SqlFragment {
  const unhashed = { ...at, form: "exact" as const, rules: { ...at.rules, hash: [] } };
  if (field.mode === "REPEATED") return renderList(field, value, unhashed);
  if (field.type === "RECORD") return renderStruct(field, value, unhashed);
  return renderScalarText(field, value);
}

function renderList(field: Field, value: SqlFragment, at: Position): SqlFragment {
  const list = findKeyValues(at, field);
  if (list) return renderKeyValues(list, field, value, at, renderers);
  const { element, inside } = enterList(at);
  const each = renderJson({ ...field, mode: "NULLABLE" }, element, inside);
  return sql`concat('[', array_to_string(list_transform(${value}, lambda ${element}: ${each}), ','), ']')`;
}

function renderStruct(field: Field, value: SqlFragment, at: Position): SqlFragment {
  const members = (field.fields ?? []).filter((inner) => !isDropped(enterMember(at, inner.name)));
  const texts = members.map((inner, index) => {
    const name = literal(`${index === 0 ? "" : ","}${JSON.stringify(inner.name)}:`);
    return sql`${name}, ${renderJson(inner, member(value, inner.name), enterMember(at, inner.name))}`;
  });
  const body = sql`concat(${join([literal("{"), ...texts, literal("}")])})`;
  return sql`CASE WHEN ${value} IS NOT NULL THEN ${body} END`;
}

function renderScalar(field: Field, value: SqlFragment, form: Form): SqlFragment {
  switch (field.type) {
    case "INTEGER":
    case "NUMERIC":
    case "BOOLEAN":
      return sql`${value}::VARCHAR`;
    case "FLOAT":
      return form === "exact" ? sql`json_float(${value})` : sql`quick_float(${value})`;
    default:
      return sql`json_string(${renderScalarText(field, value)})`;
  }
}

/** Text of a scalar; null stays null. */
export function renderScalarText(field: Field, value: SqlFragment): SqlFragment {
  switch (field.type) {
    case "STRING":
    case "JSON":
    case "BIGNUMERIC":
      return value;
    case "FLOAT":
      return sql`float_text(${value})`;
    case "TIMESTAMP":
      return sql`instant_text(${value})`;
    case "BYTES":
      return sql`to_base64(${value})`;
    case "INTEGER":
    case "NUMERIC":
    case "BOOLEAN":
    case "DATE":
    case "DATETIME":
    case "TIME":
      return sql`${value}::VARCHAR`;
    case "RECORD":
      return fragment("NULL");
    default:
      return field.type satisfies never;
  }
}
