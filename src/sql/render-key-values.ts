import type { KeyValueList } from "../days/families.ts";
import type { Field } from "../days/schema.ts";
import type { Renderers } from "./member.ts";
import { fragment, type SqlFragment } from "./render.ts";
import { renderOrdered } from "./render-ordered.ts";
import {
  buildPair,
  type Pair,
  type Pairs,
  renderIsDropped,
  renderKeyList,
  type Shown,
} from "./render-pairs.ts";
import { enterList, type Form, mark, type Position } from "./row-rules.ts";
import { sql } from "./template.ts";

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

function renderObject(pairs: Pairs, shown: Shown): SqlFragment {
  const { list, field, at } = pairs;
  const { element, inside } = enterList(at);
  const kept = renderKept(pairs, element);
  const pair = (form: Form) => buildPair({ ...pairs, at: { ...inside, form } }, element);
  const exact = () =>
    renderShortOr(renderExact(kept, element, pair("exact"), shown), kept, element, pair("exact"), shown);
  if (at.form === "exact") return exact();
  if (at.depth === 0) return renderOrdered(field, at, shown, exact());
  const keys = renderKeyList(list, field, kept, element);
  const texts = sql`list_sort(${renderTexts(kept, element, pair("regular"), shown)})`;
  const sorted = sql`CASE WHEN len(${kept}) = list_unique(${keys}) THEN ${braced(texts)} ELSE ${mark} END`;
  return renderShortOr(sorted, kept, element, pair("regular"), shown);
}

/** Lists of no or one pair, most of those below lists, have nothing to sort or group. */
function renderShortOr(
  long: SqlFragment,
  kept: SqlFragment,
  element: SqlFragment,
  pair: Pair,
  shown: Shown,
): SqlFragment {
  const short = braced(renderTexts(kept, element, pair, shown));
  return sql`CASE WHEN coalesce(len(${kept}), 0) < 2 THEN ${short} ELSE ${long} END`;
}

function renderTexts(kept: SqlFragment, element: SqlFragment, pair: Pair, shown: Shown): SqlFragment {
  return sql`list_transform(${kept}, lambda ${element}: concat(${pair.key}, ':', ${pair[shown]}))`;
}

function braced(texts: SqlFragment): SqlFragment {
  return sql`concat('{', array_to_string(${texts}, ','), '}')`;
}

/**
 * Groups pairs by key. Sorting by key, value and time at once gives arrays one canonical order, in which the nth
 * time belongs to the nth value.
 */
function renderExact(kept: SqlFragment, element: SqlFragment, pair: Pair, shown: Shown): SqlFragment {
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
function renderKept(pairs: Pairs, element: SqlFragment): SqlFragment {
  const isDropped = renderIsDropped(pairs, element);
  if (isDropped === null) return pairs.value;
  return sql`list_filter(${pairs.value}, lambda ${element}: NOT ${isDropped})`;
}
