import type { KeyValueList } from "../days/families.ts";
import type { Field } from "../days/schema.ts";
import type { Renderers } from "./member.ts";
import { fragment, identifier, type SqlFragment } from "./render.ts";
import {
  buildPair,
  type Pairs,
  renderIsDropped,
  renderKey,
  renderKeyList,
  type Shown,
} from "./render-pairs.ts";
import { enterList, keysBelow, mark, type Position } from "./row-rules.ts";
import { sql } from "./template.ts";

/**
 * How `clean_rows` renders a key-value column without sorting each row: the pairs' texts as they stand (`pairs`), the
 * row's key list as one text (`keys`, `size`), a join to the regular lists of the day (`table`), and the texts put in
 * order (`texts`).
 */
export interface OrderedList {
  table: SqlFragment;
  /** Distinct key lists are found by it. */
  keyList: SqlFragment;
  pairs: SqlFragment[];
  join: SqlFragment;
  texts: SqlFragment[];
}

/** @param positions places of the same list under all rules that it is rendered with */
export function buildOrderedList(
  list: KeyValueList,
  field: Field,
  positions: readonly Position[],
  renderers: Renderers,
): OrderedList {
  const { table, keys, size, places } = nameList(field);
  const value = identifier(field.name);
  const variants = new Map(
    positions.flatMap((at) =>
      (["value", "time"] as const).map((shown) => [nameText(field, at, shown), { at, shown }] as const),
    ),
  );
  const each = fragment("e0");
  const key = renderKey(list, field, each);
  const keyText = sql`array_to_string(list_transform(${value}, lambda ${each}: coalesce(${key}, chr(31))), chr(31))`;
  return {
    table,
    keyList: renderKeyList(list, field, value, each),
    pairs: [
      sql`coalesce(${keyText}, '') AS ${keys}, coalesce(len(${value}), 0) AS ${size}`,
      ...[...variants].map(
        ([name, { at, shown }]) =>
          sql`${renderPairs({ list, field, value, at, renderers }, shown)} AS ${namePairs(name)}`,
      ),
    ],
    join: sql`LEFT JOIN ${table} ON ${table}._shardlift_keys = ${keys} AND ${table}._shardlift_size = ${size}`,
    texts: [
      sql`${table}._shardlift_places AS ${places}`,
      ...[...variants.keys()].map(
        (name) =>
          sql`concat('{', array_to_string(list_transform(${table}._shardlift_places, lambda i: ${namePairs(name)}[i]), ','), '}') AS ${identifier(name)}`,
      ),
    ],
  };
}

/** The object's text in `clean_rows`: the ordered pairs where they are regular and plain, else the exact form. */
export function renderOrdered(field: Field, at: Position, shown: Shown, exact: SqlFragment): SqlFragment {
  const text = identifier(nameText(field, at, shown));
  const { places } = nameList(field);
  return sql`CASE WHEN ${places} IS NULL OR contains(${text}, ${mark}) THEN ${exact} ELSE ${text} END`;
}

/** A column with key-values below lists, in `clean_rows`: its text in the regular form, rendered before, where it has no mark. */
export function renderMarked(field: Field, exact: SqlFragment): SqlFragment {
  const text = nameMarked(field);
  return sql`CASE WHEN contains(${text}, ${mark}) THEN ${exact} ELSE ${text} END`;
}

export function nameMarked(field: Field): SqlFragment {
  return identifier(`_shardlift_text_${field.name}`);
}

/** Texts of pairs where they stand; null for dropped ones, which array_to_string leaves out. */
function renderPairs(pairs: Pairs, shown: Shown): SqlFragment {
  const { element, inside } = enterList(pairs.at);
  const pair = buildPair({ ...pairs, at: inside }, element);
  const isDropped = renderIsDropped(pairs, element);
  const text = sql`concat(${pair.key}, ':', ${pair[shown]})`;
  const kept = isDropped === null ? text : sql`CASE WHEN NOT ${isDropped} THEN ${text} END`;
  return sql`list_transform(${pairs.value}, lambda ${element}: ${kept})`;
}

function nameList(field: Field) {
  return {
    table: identifier(`key_lists_${field.name}`),
    keys: identifier(`_shardlift_keys_${field.name}`),
    size: identifier(`_shardlift_size_${field.name}`),
    places: identifier(`_shardlift_places_${field.name}`),
  };
}

/** Rules that do the same to this list have the same name. */
function nameText(field: Field, at: Position, shown: Shown): string {
  const dropped = keysBelow(at, at.rules.drop).length > 0 ? "_kept" : "";
  const hashed = keysBelow(at, at.rules.hash).length > 0 && shown === "value" ? "_hashed" : "";
  return `_shardlift_${shown}${dropped}${hashed}_${field.name}`;
}

function namePairs(text: string): SqlFragment {
  return identifier(`${text}_pairs`);
}
