import { describe, expect, test } from "vitest";
import { openDatabase } from "../../src/adapters/duckdb/database.ts";
import type { Day } from "../../src/days/day.ts";
import { families } from "../../src/days/families.ts";
import type { Column, Field } from "../../src/days/schema.ts";
import { checkDay, type LiftedDay } from "./check-day.ts";
import { createTally } from "./compare.ts";
import type { SourceTable } from "./data-sets.ts";
import { computeEventId, sumEventIds } from "./event-id.ts";
import { parseExact, renderExact } from "./exact-json.ts";
import { type ExactRow, readRow } from "./expected-row.ts";

const family = families.ga4_events;
const nullable = (name: string, type: Field["type"]): Field => ({ name, type, mode: "NULLABLE" });
const pair = [
  nullable("key", "STRING"),
  {
    ...nullable("value", "RECORD"),
    fields: [
      nullable("string_value", "STRING"),
      nullable("int_value", "INTEGER"),
      nullable("double_value", "FLOAT"),
    ],
  },
];
const schema: Field[] = [
  nullable("event_name", "STRING"),
  nullable("event_timestamp", "INTEGER"),
  { name: "event_params", type: "RECORD", mode: "REPEATED", fields: pair },
  {
    ...nullable("device", "RECORD"),
    fields: [nullable("category", "STRING"), nullable("vendor_id", "STRING")],
  },
];
const columns: Column[] = schema.map((field) =>
  field.name === "event_params" ? { ...field, json: "object" } : field,
);

const line =
  '{"event_name":"x","event_timestamp":9218924040658817653,"event_params":[{"key":"b","value":{"int_value":9007199254740993}},' +
  '{"key":"a","value":{"double_value":5}},{"key":"n","value":null}],"device":{"category":"mobile","vendor_id":null}}';
const source: SourceTable = {
  table: "events_20201101",
  day: "2020-11-01" as Day,
  schema,
  rows: [readRow(schema, parseExact(line))],
};

/** The row as a faultless lake has it. */
const good: ExactRow = {
  event_name: "x",
  event_timestamp: 9218924040658817653n,
  event_params: '{"a":5.0,"b":9007199254740993,"n":null}',
  device: { category: "mobile", vendor_id: null },
  _day: "2020-11-01",
  _shard_kind: "daily",
  _generation: "g1",
  event_id: computeEventId(family, schema, source.rows[0]!),
  user_properties_set: "{}",
};

function check(rows: ExactRow[], of: SourceTable = source) {
  const json: Column = { ...nullable("user_properties_set", "STRING"), json: "object" };
  const lifted: LiftedDay = { table: of.table, generation: "g1", columns: [...columns, json], rows };
  const tally = createTally();
  return { ...checkDay(family, of, lifted, tally), tally };
}

test("a faultless row passes, and each of its values was looked at", () => {
  const { problems, removed, tally } = check([good]);
  expect({ problems, removed, tally }).toEqual({
    problems: [],
    removed: [],
    tally: { rows: 1, keys: 14, values: 11 },
  });
});

describe("the comparison sees", () => {
  test.each<[string, Partial<ExactRow>, string]>([
    [
      "a lost digit",
      { event_timestamp: 9218924040658817700n },
      "event_timestamp: 9218924040658817653 became",
    ],
    [
      "a lost digit in a parameter",
      { event_params: '{"a":5.0,"b":9007199254740992,"n":null}' },
      "event_params.b",
    ],
    ["an integer for a double", { event_params: '{"a":5,"b":9007199254740993,"n":null}' }, "a: 5.0 became 5"],
    ["a missing key", { event_params: '{"a":5.0,"b":9007199254740993}' }, "n: null became absent"],
    [
      "another order of keys",
      { event_params: '{"b":9007199254740993,"a":5.0,"n":null}' },
      "text of event_params",
    ],
    [
      "an empty text for null",
      { device: { category: "mobile", vendor_id: "" } },
      'vendor_id: null became ""',
    ],
    ["a missing member", { device: { category: "mobile" } }, "vendor_id: null became absent"],
    ["a null struct", { device: null }, ".device: {"],
    ["a column too many", { other: null }, ".other: absent became null"],
    ["another generation", { _generation: "g2" }, '"g1" became "g2"'],
  ])("%s", (_, change, problem) => {
    const { problems } = check([{ ...good, ...(change as ExactRow) }]);
    expect(problems.join("\n")).toContain(problem);
  });

  test("a lost row, an invented row and a row twice", () => {
    expect(check([]).problems).toEqual([`events_20201101 lost ${good.event_id}`]);
    expect(check([good, { ...good, event_id: "f" }]).problems).toEqual([
      "events_20201101 has f, which no source row has",
    ]);
    expect(check([good, good]).problems).not.toEqual([]);
  });
});

test("a duplicate that stayed out is told, and what stays must be one of its rows", () => {
  const other = readRow(schema, parseExact(line.replace("mobile", "tablet")));
  const twice = { ...source, rows: [...source.rows, other] };
  expect(check([good], twice)).toMatchObject({
    problems: [],
    removed: [{ eventId: good.event_id, rows: 1 }],
  });
  const tablet = { ...good, device: { category: "tablet", vendor_id: null } };
  expect(check([tablet], twice).problems).toEqual([]);
  expect(check([{ ...good, device: { category: "desktop", vendor_id: null } }], twice).problems).not.toEqual(
    [],
  );
});

test("numbers keep all digits on their way through JSON", () => {
  const text =
    '{"max":9223372036854775807,"min":-9223372036854775808,"d":0.1,"five":5.0,"list":[1,null,"1"]}';
  expect(renderExact(parseExact(text))).toBe(text);
});

test.each([
  [5, "5.0"],
  [-0.5, "-0.5"],
  [0.0001, "0.0001"],
  [0.00001, "1e-05"],
  [9007199254740992, "9007199254740992.0"],
  [1e16, "1e+16"],
  [-9.080012388038386e18, "-9.080012388038386e+18"],
  [1.7976931348623157e308, "1.7976931348623157e+308"],
])("the double %d is written as DuckDB writes it: %s", async (value, text) => {
  expect(renderExact(value)).toBe(text);
  const database = await openDatabase({ threads: 1 });
  expect(await database.rows("SELECT $text::DOUBLE::VARCHAR AS text", { text })).toEqual([{ text }]);
  database.close();
});

test("the checksum adds up the first twelve digits of the ids", () => {
  expect(sumEventIds(["ffffffffffff0000", "000000000001ffff"])).toBe((2n ** 48n).toString());
});
