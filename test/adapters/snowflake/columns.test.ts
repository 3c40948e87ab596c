import { describe, expect, test } from "vitest";
import { parseColumnComment, renderColumnComment } from "../../../src/adapters/snowflake/column-comments.ts";
import {
  normalizeType,
  renderColumnType,
  renderColumnValue,
} from "../../../src/adapters/snowflake/column-types.ts";
import { describeColumns, withoutTwins } from "../../../src/adapters/snowflake/columns.ts";
import type { Column } from "../../../src/days/schema.ts";
import { fragment } from "../../../src/sql/render.ts";
import { createRecordedSession, describeRows } from "./recorded-session.ts";

const scalar = (name: string, type: Column["type"], more: Partial<Column> = {}): Column => ({
  name,
  type,
  mode: "NULLABLE",
  ...more,
});

describe("a column in Snowflake", () => {
  test.each<[Column, string, string]>([
    [scalar("a", "STRING"), "VARCHAR", '$1:"a"::VARCHAR'],
    [scalar("fullVisitorId", "INTEGER"), "NUMBER(38, 0)", '$1:"fullVisitorId"::NUMBER(38, 0)'],
    [scalar("a", "RECORD", { fields: [] }), "OBJECT", '$1:"a"::OBJECT'],
    [scalar("a", "RECORD", { mode: "REPEATED", fields: [] }), "ARRAY", '$1:"a"::ARRAY'],
    [scalar("a", "INTEGER", { mode: "REPEATED" }), "ARRAY", '$1:"a"::ARRAY'],
    [scalar("a", "STRING", { json: "object" }), "OBJECT", 'PARSE_JSON($1:"a"::VARCHAR)::OBJECT'],
    [scalar("a", "STRING", { json: "array" }), "ARRAY", 'PARSE_JSON($1:"a"::VARCHAR)::ARRAY'],
    [scalar("a", "JSON"), "VARCHAR", '$1:"a"::VARCHAR'],
    [scalar('a"b', "TIMESTAMP"), "TIMESTAMP_LTZ(6)", '$1:"a""b"::TIMESTAMP_LTZ(6)'],
  ])("of %j is a %s", (column, type, value) => {
    expect(renderColumnType(column)).toBe(type);
    expect(renderColumnValue(fragment("$1"), column).sql).toBe(value);
  });

  test.each([
    ["NUMBER(38,0)", "NUMBER(38, 0)"],
    ["VARCHAR(16777216)", "VARCHAR"],
    ["VARCHAR(134217728)", "VARCHAR"],
    ["BINARY(8388608)", "BINARY"],
    ["TIMESTAMP_LTZ(6)", "TIMESTAMP_LTZ(6)"],
    ["TIME(6)", "TIME(6)"],
    ["FLOAT", "FLOAT"],
    ["OBJECT", "OBJECT"],
  ])("described as %s is %s", (described, type) => {
    expect(normalizeType(described)).toBe(type);
  });

  test.each<Column>([
    scalar("visitId", "INTEGER"),
    scalar("a b RECORD", "STRING"),
    scalar("items", "STRING", { mode: "REPEATED" }),
    scalar("params", "STRING", { json: "object" }),
    scalar("hits", "STRING", { json: "array" }),
    scalar("device", "RECORD", { fields: [] }),
  ])("tells in its comment what it is: %j", (column) => {
    expect(parseColumnComment(renderColumnComment(column), column.name.toUpperCase())).toEqual(column);
  });

  test.each(["", "somebody's words", "visitId NUMBER", "other INTEGER", "visitId INTEGER as JSON text"])(
    "with the comment %j tells nothing",
    (comment) => {
      expect(parseColumnComment(comment, "VISITID")).toBeNull();
    },
  );
});

describe("the columns of a table", () => {
  const describeThem = (rows: Parameters<typeof describeRows>[0]) =>
    describeColumns(createRecordedSession(() => describeRows(rows)).session, fragment('"T"'));

  test("are what their comments say, or what their types let guess", async () => {
    const columns = await describeThem([
      { name: "VISITID", type: "NUMBER(38,0)", comment: "visitId INTEGER" },
      { name: "N", type: "NUMBER(38,9)", comment: "mine" },
      { name: "O", type: "OBJECT" },
      { name: "A", type: "ARRAY" },
    ]);
    expect(columns?.map(({ column, isTold }) => [column, isTold])).toEqual([
      [scalar("visitId", "INTEGER"), true],
      [scalar("n", "NUMERIC"), false],
      [scalar("o", "RECORD", { fields: [] }), false],
      [scalar("a", "RECORD", { mode: "REPEATED", fields: [] }), false],
    ]);
  });

  test("are none where there is no table", async () => {
    expect(await describeColumns(createRecordedSession(() => null).session, fragment('"T"'))).toBeNull();
  });

  test("do not hold the twins of one that is being widened, but do hold one that is called so", async () => {
    const columns = await describeThem([
      { name: "VALUE", type: "NUMBER(38,0)", comment: "value INTEGER" },
      { name: "VALUE__WIDE", type: "NUMBER(38,9)", comment: "value NUMERIC" },
      { name: "SCREEN__WIDE", type: "BOOLEAN", comment: "screen__wide BOOLEAN" },
    ]);
    expect(withoutTwins(columns!).map(({ upperName }) => upperName)).toEqual(["VALUE", "SCREEN__WIDE"]);
  });
});
