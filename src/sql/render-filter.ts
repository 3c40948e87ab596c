import type { FilterCondition, FilterValue } from "../config/types.ts";
import type { Field } from "../days/schema.ts";
import { type Rules, renderPath } from "./hash-rules.ts";
import { member } from "./member.ts";
import { fragment, identifier, join, literal, type SqlFragment } from "./render.ts";
import { renderers, renderText } from "./render-json.ts";
import { renderKey } from "./render-pairs.ts";
import { findSlots, renderSlotsText } from "./render-slots.ts";
import { enterList, enterMember, findKeyValues, type Position, rawRules, start } from "./row-rules.ts";
import { sql } from "./template.ts";

/** A value as conditions see it: its text; `test` turns a condition on that text into one on the row. */
interface Subject {
  field: Field | null;
  test(condition: (text: SqlFragment) => SqlFragment): SqlFragment;
}

/**
 * What a row must be to stay: never null. A key or member that is not there counts as null. A whole column that is not
 * there is no condition: a pipeline's filter is for those of its families that have the column, and a schema that lacks
 * it yet must not lose every row.
 */
export function renderFilter(rules: Rules, schema: readonly Field[]): SqlFragment {
  const conditions = rules.filter.filter(({ path }) => findColumn(schema, path.column) !== undefined);
  if (conditions.length === 0) return fragment("true");
  return join(
    conditions.map((condition) => renderCondition(condition, findSubject(rules, schema, condition))),
    " AND ",
  );
}

/**
 * A repeated key holds a condition where one of its values does; `not_in` holds where none is in the list, so
 * it holds for null.
 */
function renderCondition(condition: FilterCondition, { field, test }: Subject): SqlFragment {
  const isIn = (values: readonly FilterValue[]) =>
    test(
      (text) =>
        sql`coalesce(${text} IN (${join(values.flatMap((value) => spellings(value, field)))}), false)`,
    );
  switch (condition.test) {
    case "equals":
      return isIn([condition.value]);
    case "in":
      return isIn(condition.values);
    case "not_in":
      return sql`NOT ${isIn(condition.values)}`;
    case "exists": {
      const exists = test((text) => sql`(${text} IS NOT NULL)`);
      return condition.exists ? exists : sql`NOT ${exists}`;
    }
    case "starts_with":
      return test((text) => sql`coalesce(starts_with(${text}, ${literal(condition.prefix)}), false)`);
    default:
      return condition satisfies never;
  }
}

/** A number is also looked for in the shortest form of a double, since `5` stands there as `5.0`. */
function spellings(value: FilterValue, field: Field | null): SqlFragment[] {
  const text = literal(String(value));
  const mayBeDouble = field === null || field.type === "FLOAT" || field.type === "NUMERIC";
  if (!mayBeDouble || typeof value === "boolean" || !/^-?\d+(\.\d+)?$/.test(String(value))) return [text];
  const type = fragment(field?.type === "NUMERIC" ? "DECIMAL(38,9)" : "DOUBLE");
  return [text, sql`${text}::${type}::VARCHAR`];
}

/** BigQuery's names of columns do not differ by case. */
function findColumn(schema: readonly Field[], name: string): Field | undefined {
  return schema.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
}

function findSubject(rules: Rules, schema: readonly Field[], { path }: FilterCondition): Subject {
  const field = findColumn(schema, path.column);
  if (field === undefined) return nothing;
  const at = start(rawRules(rules), "exact", field.name);
  const value = identifier(field.name);
  if (path.rest === null) return whole(field, value, at);
  if (findKeyValues(at, field)) return pairs(field, value, at, path.rest);
  return findMember(field, value, at, renderPath(path));
}

const nothing: Subject = { field: null, test: (condition) => condition(fragment("NULL::VARCHAR")) };

/** An empty list counts as null. */
function whole(field: Field, value: SqlFragment, at: Position): Subject {
  const plain = renderText(field, value, at);
  const text = field.mode === "REPEATED" ? sql`CASE WHEN len(${value}) > 0 THEN ${plain} END` : plain;
  return { field, test: (condition) => condition(text) };
}

function findMember(field: Field, value: SqlFragment, at: Position, path: string): Subject {
  if (at.path.toLowerCase() === path.toLowerCase()) return whole(field, value, at);
  if (field.type !== "RECORD" || field.mode === "REPEATED") return nothing;
  const isOnTheWay = (inner: Field) =>
    `${path}.`.toLowerCase().startsWith(`${at.path}.${inner.name}.`.toLowerCase());
  const inner = field.fields?.find(isOnTheWay);
  return inner ? findMember(inner, member(value, inner.name), enterMember(at, inner.name), path) : nothing;
}

function pairs(field: Field, value: SqlFragment, at: Position, key: string): Subject {
  const list = findKeyValues(at, field)!;
  const { element, inside } = enterList(at);
  const text = renderSlotsText(findSlots(list, field, element, inside).slots, renderers);
  const isKey = sql`coalesce(${renderKey(list, field, element)}, '') = ${literal(key)}`;
  return {
    field: null,
    test: (condition) =>
      sql`coalesce(len(list_filter(${value}, lambda ${element}: ${isKey} AND ${condition(text)})), 0) > 0`,
  };
}
