import type { Field } from "../days/schema.ts";
import type { Rules } from "./hash-rules.ts";
import { fragment, identifier, join, literal, type SqlFragment } from "./render.ts";
import { renderJson, renderText } from "./render-json.ts";
import { type Form, rawRules, start } from "./row-rules.ts";
import { sql } from "./template.ts";

/** First 32 hex digits of the canonical text's SHA-256 (docs/event-id.md). */
export function renderEventId(rules: Rules, schema: readonly Field[], form: Form): SqlFragment {
  return sql`left(sha256(${renderCanonicalText(rules, schema, form)}), 32)`;
}

/** Formula version 1: from the source row alone; a column that this schema lacks counts as null. */
export function renderCanonicalText(rules: Rules, schema: readonly Field[], form: Form): SqlFragment {
  const { columns, join: joined } = rules.family.identity;
  const find = (name: string) => schema.find((field) => field.name === name);
  const parts = columns.map((name) => {
    const field = find(name);
    if (field === undefined) return literal("n");
    return sql`prefixed(${renderText(field, identifier(name), start(rawRules(rules), form, name))})`;
  });
  if (joined === undefined) return concat(parts);
  const pairs = find(joined.column);
  const tail = pairs
    ? sql`prefixed(${renderJson(pairs, identifier(pairs.name), start(rawRules(rules), form, pairs.name))})`
    : literal("n");
  const when = find(joined.whenNull);
  if (when === undefined) return concat([...parts, tail]);
  return concat([...parts, sql`CASE WHEN ${identifier(when.name)} IS NULL THEN ${tail} END`]);
}

/** One call that joins many texts is far cheaper than many that join two; it leaves nulls out. */
function concat(parts: readonly SqlFragment[]): SqlFragment {
  return sql`concat(${join(parts)})`;
}

/** A quick hash over the identity's columns: rows with equal ids have equal hashes, not the other way round. */
export function renderIdentityHash(rules: Rules, schema: readonly Field[]): SqlFragment {
  const names = rules.family.identity.columns.filter((name) => schema.some((field) => field.name === name));
  return names.length === 0 ? fragment("0::UBIGINT") : sql`hash(${join(names.map(identifier))})`;
}
