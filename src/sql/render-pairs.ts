import type { KeyValueList } from "../days/families.ts";
import type { Field } from "../days/schema.ts";
import { member, type Renderers } from "./member.ts";
import { fragment, join, literal, type SqlFragment } from "./render.ts";
import { findSlots, renderSlotsJson, renderSlotsText } from "./render-slots.ts";
import { keysBelow, type Position } from "./row-rules.ts";
import { sql } from "./template.ts";

/** What is shown of a pair beside its key: the value, or when it was set. */
export type Shown = "value" | "time";

/** A key-value list at its place in the schema. */
export interface Pairs {
  list: KeyValueList;
  field: Field;
  value: SqlFragment;
  at: Position;
  renderers: Renderers;
}

/** The three texts of one pair: key and value as JSON, and when the key was set. */
export interface Pair {
  key: SqlFragment;
  value: SqlFragment;
  time: SqlFragment;
}

/** In the regular form keys of a whole column are known to need no escaping; those below lists are not looked at. */
export function buildPair({ list, field, at: inside, renderers }: Pairs, element: SqlFragment): Pair {
  const key = renderKey(list, field, element);
  const { slots, time } = findSlots(list, field, element, inside);
  const isKnown = inside.form === "regular" && inside.depth === 1;
  const plain = renderSlotsJson(slots, renderers, inside.form);
  const hashed = keysBelow(inside, inside.rules.hash);
  const hash = sql`coalesce('"' || keyed_hash(${renderSlotsText(slots, renderers)}) || '"', 'null')`;
  return {
    key: isKnown ? sql`'"', ${key}, '"'` : sql`coalesce(json_string(${key}), '""')`,
    value:
      hashed.length === 0
        ? plain
        : sql`CASE WHEN ${isKeyIn(list, field, element, hashed)} THEN ${hash} ELSE ${plain} END`,
    time: time === null ? literal("null") : sql`coalesce(${time}::VARCHAR, 'null')`,
  };
}

/** Whether a pair's key is one of those that rules drop; null where there are none. */
export function renderIsDropped({ list, field, at }: Pairs, element: SqlFragment): SqlFragment | null {
  const dropped = keysBelow(at, at.rules.drop);
  return dropped.length === 0 ? null : isKeyIn(list, field, element, dropped);
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

/** The keys of a list as texts, in the order they stand; nulls included. */
export function renderKeyList(
  list: KeyValueList,
  field: Field,
  value: SqlFragment,
  element: SqlFragment,
): SqlFragment {
  return sql`list_transform(${value}, lambda ${element}: ${renderKey(list, field, element)})`;
}

/** The key as text, null where it is null; a key that this schema lacks is null. */
export function renderKey(list: KeyValueList, field: Field, element: SqlFragment): SqlFragment {
  const key = field.fields?.find((inner) => inner.name === list.key);
  if (key === undefined) return fragment("NULL::VARCHAR");
  const value = member(element, list.key);
  return key.type === "STRING" ? value : sql`${value}::VARCHAR`;
}
