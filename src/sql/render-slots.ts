import type { KeyValueList } from "../days/families.ts";
import type { Field } from "../days/schema.ts";
import { member, type Renderers, type RenderValue } from "./member.ts";
import { fragment, join, literal, type SqlFragment } from "./render.ts";
import { enterMember, type Form, mark, type Position } from "./row-rules.ts";
import { sql } from "./template.ts";

/** One place in which a pair may hold its value. */
interface Slot {
  name: string;
  field: Field;
  value: SqlFragment;
  at: Position;
}

/**
 * The slots of a pair, sorted by name (rules name keys here, never slots): members of the value's struct (or the scalar itself), and members beside
 * key and value that we do not know, so that what Google adds one day is not lost. The time a key was set is none.
 */
export function findSlots(
  list: KeyValueList,
  pair: Field,
  element: SqlFragment,
  at: Position,
): { slots: Slot[]; time: SqlFragment | null } {
  const plain = { ...at, rules: { ...at.rules, drop: [], hash: [] } };
  const below = (fields: readonly Field[], value: SqlFragment): Slot[] =>
    fields.map((field) => ({
      name: field.name,
      field,
      value: member(value, field.name),
      at: enterMember(plain, `${list.value}.${field.name}`),
    }));
  const isStruct = (field: Field) =>
    field.name === list.value && field.type === "RECORD" && field.mode !== "REPEATED";
  const inner = (pair.fields ?? [])
    .filter(isStruct)
    .flatMap((field) => below(field.fields ?? [], member(element, field.name)));
  const outer = below(
    (pair.fields ?? []).filter((field) => field.name !== list.key && !isStruct(field)),
    element,
  );
  const all = [...inner, ...apart(outer, inner)];
  const timeName = at.rules.timestamps?.column === list.path ? at.rules.timestamps.member : null;
  const time = all.find((slot) => slot.name === timeName);
  const slots = all.filter((slot) => slot !== time).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { slots, time: time?.value ?? null };
}

/** A member beside the value that is named like a slot inside it gets another name in the object. */
function apart(outer: readonly Slot[], inner: readonly Slot[]): Slot[] {
  const taken = new Set(inner.map((slot) => slot.name));
  return outer.map((slot) => (taken.has(slot.name) ? { ...slot, name: `.${slot.name}` } : slot));
}

/**
 * JSON text of the one slot that is set, `null` where none is, an object where several are (in the regular form the mark).
 */
export function renderSlotsJson(slots: readonly Slot[], renderers: Renderers, form: Form): SqlFragment {
  const several = form === "exact" ? renderSlotsObject(slots, renderers) : mark;
  return sql`coalesce(${chooseText(slots, renderers.jsonOrNull, several)}, 'null')`;
}

/** Text of the value, as it is hashed: always exact, a hash would hide the mark. Null where no slot is set. */
export function renderSlotsText(slots: readonly Slot[], renderers: Renderers): SqlFragment {
  const exact = slots.map((slot) => ({ ...slot, at: { ...slot.at, form: "exact" as const } }));
  return chooseText(exact, renderers.text, renderSlotsObject(exact, renderers));
}

function chooseText(slots: readonly Slot[], renderValue: RenderValue, several: SqlFragment): SqlFragment {
  const render = (slot: Slot) => renderValue(slot.field, slot.value, slot.at);
  const [only, ...others] = slots;
  if (only === undefined) return fragment("NULL::VARCHAR");
  const whenSet = (slot: Slot) => (slot.field.mode === "REPEATED" ? ifSet(slot, render(slot)) : render(slot));
  if (others.length === 0) return whenSet(only);
  const count = join(
    slots.map((slot) => sql`(${isSet(slot)})::TINYINT`),
    " + ",
  );
  const texts = join(slots.toSorted((a, b) => rank(a) - rank(b)).map(whenSet));
  return sql`CASE WHEN ${count} > 1 THEN ${several} ELSE coalesce(${texts}) END`;
}

/** The frequent slots first: coalesce looks no further than it must. */
function rank({ field }: Slot): number {
  return field.type === "STRING" ? 0 : field.type === "INTEGER" ? 1 : 2;
}

function renderSlotsObject(slots: readonly Slot[], renderers: Renderers): SqlFragment {
  const members = slots.map((slot) => {
    const text = renderers.jsonOrNull(slot.field, slot.value, slot.at);
    const entry = sql`${literal(`${JSON.stringify(slot.name)}:`)} || ${text}`;
    return slot.field.mode === "REPEATED" ? ifSet(slot, entry) : entry;
  });
  return sql`'{' || concat_ws(',', ${join(members)}) || '}'`;
}

function isSet(slot: Slot): SqlFragment {
  return slot.field.mode === "REPEATED"
    ? sql`coalesce(len(${slot.value}), 0) > 0`
    : sql`${slot.value} IS NOT NULL`;
}

function ifSet(slot: Slot, text: SqlFragment): SqlFragment {
  return sql`CASE WHEN ${isSet(slot)} THEN ${text} END`;
}
