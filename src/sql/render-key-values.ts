import type { KeyValueList } from "../days/families.ts";
import type { Field } from "../days/schema.ts";
import { member, type Renderers } from "./member.ts";
import { fragment, join, literal, type SqlFragment } from "./render.ts";
import { findSlots, renderSlotsJson, renderSlotsText } from "./render-slots.ts";
import { enterList, keysBelow, type Position } from "./row-rules.ts";
import { sql } from "./template.ts";

/** The three texts of one pair: key and value as JSON, and when the key was set. */
interface Pair {
  key: SqlFragment;
  value: SqlFragment;
  time: SqlFragment;
}

/**
 * Renders a list of key-value pairs as JSON text of one object. Lists below lists are short: always exact.
 */
export function renderKeyValues(
  list: KeyValueList,
  field: Field,
  value: SqlFragment,
  at: Position,
  renderers: Renderers,
): SqlFragment {
  return renderObject({ list, field, value, at, renderers }, "value");
}

/** The same object with the times its keys were set instead of their values. */
export function renderSetTimes(
  list: KeyValueList,
  field: Field,
  value: SqlFragment,
  at: Position,
  renderers: Renderers,
): SqlFragment {
  return renderObject({ list, field, value, at, renderers }, "time");
}

/** A key-value list at its place in the schema. */
interface Pairs {
  list: KeyValueList;
  field: Field;
  value: SqlFragment;
  at: Position;
  renderers: Renderers;
}

function renderObject({ list, field, value, at, renderers }: Pairs, shown: "value" | "time"): SqlFragment {
  const { element, inside } = enterList({ ...at, form: at.depth === 0 ? at.form : "exact" });
  const kept = renderKept(list, field, value, at, element);
  const pair = buildPair({ list, field, value, at: inside, renderers }, element);
  if (inside.form === "exact") return renderShortOrExact(kept, element, pair, shown);
  const texts = sql`list_transform(${kept}, lambda ${element}: concat(${pair.key}, ':', ${pair[shown]}))`;
  return sql`concat('{', array_to_string(list_sort(${texts}), ','), '}')`;
}

/** Lists of no or one pair, most of those below lists, have nothing to group. */
function renderShortOrExact(
  kept: SqlFragment,
  element: SqlFragment,
  pair: Pair,
  shown: "value" | "time",
): SqlFragment {
  const only = sql`list_transform(${kept}, lambda ${element}: concat(${pair.key}, ':', ${pair[shown]}))`;
  const short = sql`concat('{', array_to_string(${only}, ','), '}')`;
  return sql`CASE WHEN coalesce(len(${kept}), 0) < 2 THEN ${short} ELSE ${renderExact(kept, element, pair, shown)} END`;
}

/**
 * Groups pairs by key. Sorting by key, value and time at once gives arrays one canonical order, in which the nth
 * time belongs to the nth value.
 */
function renderExact(
  kept: SqlFragment,
  element: SqlFragment,
  pair: Pair,
  shown: "value" | "time",
): SqlFragment {
  const [pairs, key, one] = ["p", "k", "x"].map((name) => fragment(name + element.sql)) as [
    SqlFragment,
    SqlFragment,
    SqlFragment,
  ];
  const triples = sql`list_sort(list_transform(${kept}, lambda ${element}: {'k': ${pair.key}, 'value': ${pair.value}, 'time': ${pair.time}}))`;
  const keys = sql`list_sort(list_distinct(list_transform(${pairs}, lambda ${one}: ${one}.k)))`;
  const values = sql`list_transform(list_filter(${pairs}, lambda ${one}: ${one}.k = ${key}), lambda ${one}: ${one}.${fragment(shown)})`;
  const many = sql`lambda v${element}: CASE WHEN len(v${element}) = 1 THEN v${element}[1] ELSE '[' || array_to_string(v${element}, ',') || ']' END`;
  const entry = sql`${key} || ':' || list_transform([${values}], ${many})[1]`;
  const object = sql`'{' || array_to_string(list_transform(${keys}, lambda ${key}: ${entry}), ',') || '}'`;
  return sql`list_transform([coalesce(${triples}, [])], lambda ${pairs}: ${object})[1]`;
}

/** Pairs without those whose key is dropped. */
function renderKept(
  list: KeyValueList,
  field: Field,
  value: SqlFragment,
  at: Position,
  element: SqlFragment,
): SqlFragment {
  const dropped = keysBelow(at, at.rules.drop);
  if (dropped.length === 0) return value;
  return sql`list_filter(${value}, lambda ${element}: NOT ${isKeyIn(list, field, element, dropped)})`;
}

function isKeyIn(
  list: KeyValueList,
  field: Field,
  element: SqlFragment,
  keys: readonly string[],
): SqlFragment {
  const key = renderKey(list, field, element);
  return sql`coalesce(${key} IN (${join(keys.map((name) => literal(name)))}), false)`;
}

/** The key as text, null where it is null; a key that this schema lacks is null. */
export function renderKey(list: KeyValueList, field: Field, element: SqlFragment): SqlFragment {
  const key = field.fields?.find((inner) => inner.name === list.key);
  if (key === undefined) return fragment("NULL::VARCHAR");
  const value = member(element, list.key);
  return key.type === "STRING" ? value : sql`${value}::VARCHAR`;
}

function buildPair({ list, field, at: inside, renderers }: Pairs, element: SqlFragment): Pair {
  const key = renderKey(list, field, element);
  const { slots, time } = findSlots(list, field, element, inside);
  const plain = renderSlotsJson(slots, renderers);
  const hashed = keysBelow(inside, inside.rules.hash);
  const hash = sql`coalesce('"' || keyed_hash(${renderSlotsText(slots, renderers)}) || '"', 'null')`;
  return {
    key: inside.form === "exact" ? sql`coalesce(json_string(${key}), '""')` : sql`'"', ${key}, '"'`,
    value:
      hashed.length === 0
        ? plain
        : sql`CASE WHEN ${isKeyIn(list, field, element, hashed)} THEN ${hash} ELSE ${plain} END`,
    time: time === null ? literal("null") : sql`coalesce(${time}::VARCHAR, 'null')`,
  };
}

/** The keys of a list, in the order they stand, as texts; nulls included. */
export function renderKeyList(list: KeyValueList, field: Field, value: SqlFragment): SqlFragment {
  const element = fragment("e0");
  return sql`list_transform(${value}, lambda ${element}: ${renderKey(list, field, element)})`;
}
