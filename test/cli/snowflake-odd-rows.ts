import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Day } from "../../src/days/day.ts";
import type { Field } from "../../src/days/schema.ts";

type Slots = Record<string, unknown> | null;

/** Parameters of hand-made events, and the JSON that people must find in `event_params`, digit by digit. */
export const oddEvents: { name: string; params: [key: string | null, value: Slots][]; text: string }[] = [
  {
    name: "beyond_2_53",
    params: [
      ["batch", { int_value: "9218924040658817653" }],
      ["low", { int_value: "-9223372036854775808" }],
      ["high", { int_value: "9223372036854775807" }],
      ["odd", { int_value: "9007199254740993" }],
    ],
    text: '{"batch":9218924040658817653,"high":9223372036854775807,"low":-9223372036854775808,"odd":9007199254740993}',
  },
  {
    name: "null_missing_empty",
    params: [
      ["empty", { string_value: "" }],
      ["nothing", null],
      ["no_slot", { string_value: null, int_value: null }],
      ["null_text", { string_value: "null" }],
      ["zero", { int_value: "0" }],
    ],
    text: '{"empty":"","no_slot":null,"nothing":null,"null_text":"null","zero":0}',
  },
  { name: "no_params", params: [], text: "{}" },
  {
    name: "repeated_keys",
    params: [
      ["tag", { string_value: "b" }],
      ["tag", { int_value: "7" }],
      ["tag", null],
      ["tag", { string_value: "a" }],
      ["one", { string_value: "1" }],
    ],
    text: '{"one":"1","tag":["a","b",7,null]}',
  },
  {
    name: "two_slots",
    params: [["reading", { string_value: "12", int_value: "9218924040658817653", double_value: 0.1 }]],
    text: '{"reading":{"string_value":"12","int_value":9218924040658817653,"double_value":0.1}}',
  },
  {
    name: "unicode",
    params: [
      ["Größe", { string_value: "夏のセール 👟" }],
      ["👩‍👩‍👧", { string_value: 'a\u0001\t"\\\u2028' }],
      ["it's {{x}} :1", { string_value: "'); DROP TABLE x; --" }],
      ["", { string_value: "no name" }],
    ],
    text: '{"":"no name","Größe":"夏のセール 👟","it\'s {{x}} :1":"\'); DROP TABLE x; --","👩‍👩‍👧":"a\\u0001\\t\\"\\\\\u2028"}',
  },
  {
    name: "doubles",
    params: [
      ["whole", { double_value: 1 }],
      ["tiny", { double_value: 5e-324 }],
      ["huge", { double_value: 1.7976931348623157e308 }],
      ["sum", { double_value: 0.30000000000000004 }],
      ["big", { double_value: 123456789012345680 }],
    ],
    text: '{"big":1.2345678901234568e+17,"huge":1.7976931348623157e+308,"sum":0.30000000000000004,"tiny":5e-324,"whole":1.0}',
  },
];

const text = (name: string): Field => ({ name, type: "STRING", mode: "NULLABLE" });
const number = (name: string): Field => ({ name, type: "INTEGER", mode: "NULLABLE" });
const float = (name: string): Field => ({ name, type: "FLOAT", mode: "NULLABLE" });

const schema: Field[] = [
  text("event_date"),
  number("event_timestamp"),
  text("event_name"),
  text("user_pseudo_id"),
  {
    name: "event_params",
    type: "RECORD",
    mode: "REPEATED",
    fields: [
      text("key"),
      {
        name: "value",
        type: "RECORD",
        mode: "NULLABLE",
        fields: [text("string_value"), number("int_value"), float("float_value"), float("double_value")],
      },
    ],
  },
  { name: "device", type: "RECORD", mode: "NULLABLE", fields: [text("category"), text("language")] },
  { name: "items", type: "RECORD", mode: "REPEATED", fields: [text("item_id"), number("quantity")] },
];

/** What a STRUCT and a list may hold: all, nothing, null members, null itself. */
const nested = [
  {
    device: { category: "mobile", language: "de" },
    items: [{ item_id: "1", quantity: "9218924040658817653" }],
  },
  { device: { category: null, language: "" }, items: [] },
  {
    device: null,
    items: [
      { item_id: null, quantity: null },
      { item_id: "", quantity: "0" },
    ],
  },
];

/** A shard of hand-made events as newline JSON, as BigQuery writes it: integers are texts. */
export async function writeOddShard(folder: string, day: Day): Promise<void> {
  const table = `events_${day.replaceAll("-", "")}`;
  const lines = oddEvents.map(({ name, params }, index) => {
    const row = {
      event_date: day.replaceAll("-", ""),
      event_timestamp: String(Date.parse(`${day}T12:00:00Z`) * 1000 + index),
      event_name: name,
      user_pseudo_id: `user ${index}`,
      event_params: params.map(([key, value]) => ({ key, value })),
      ...nested[index % nested.length],
    };
    return JSON.stringify(row);
  });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${table}.jsonl`), `${lines.join("\n")}\n`);
  await writeFile(join(folder, `${table}.schema.json`), JSON.stringify(schema));
}
