import { describe, expect, test } from "vitest";
import { buildHiveColumns } from "../../../src/adapters/glue-catalog/hive-columns.ts";
import {
  buildHiveType,
  parseHiveType,
  renderHiveType,
} from "../../../src/adapters/glue-catalog/hive-types.ts";
import { lacksMembers, uniteColumns } from "../../../src/adapters/glue-catalog/unite-columns.ts";
import { type Column, fieldTypes } from "../../../src/days/schema.ts";
import { column, record } from "./glue-world.ts";

const render = (of: Column) => {
  const type = buildHiveType(of);
  return type === null ? null : renderHiveType(type);
};
const members = (...columns: Column[]) => buildHiveColumns("analytics.events", columns);

describe("the type of a column", () => {
  test("is what Athena reads in the lake's files", () => {
    const types = fieldTypes.map((type) => [type, render(column("c", type))]);
    expect(Object.fromEntries(types)).toEqual({
      STRING: "string",
      BYTES: "binary",
      INTEGER: "bigint",
      FLOAT: "double",
      NUMERIC: "decimal(38,9)",
      BIGNUMERIC: "string",
      BOOLEAN: "boolean",
      DATE: "date",
      DATETIME: "timestamp",
      TIME: null,
      TIMESTAMP: "timestamp",
      JSON: "string",
      RECORD: null,
    });
  });

  test("nests, with names in lower case, and JSON columns are text", () => {
    const geo = column("Geo", "RECORD", {
      fields: [column("City"), column("LatLong", "FLOAT", { mode: "REPEATED" })],
    });
    const items = column("items", "RECORD", { mode: "REPEATED", fields: [column("price", "NUMERIC"), geo] });
    expect(render(items)).toBe(
      "array<struct<price:decimal(38,9),geo:struct<city:string,latlong:array<double>>>>",
    );
    expect(render(column("event_params", "STRING", { json: "object" }))).toBe("string");
  });

  test.each([
    "bigint",
    "decimal(38,9)",
    "array<struct<price:decimal(38,9),geo:struct<city:string,latlong:array<double>>>>",
    "map<string,array<int>>",
    "struct<a:map<string,struct<b:int,c:int>>,d:varchar(10)>",
  ])("%s comes back as it was written", (text) => {
    expect(renderHiveType(parseHiveType(text))).toBe(text);
  });

  test("is read whatever its case and spaces", () => {
    const text = "STRUCT< City : String , price: decimal(38, 9) >";
    expect(renderHiveType(parseHiveType(text))).toBe("struct<city:string,price:decimal(38,9)>");
  });
});

describe("columns that Athena could not show are refused by name:", () => {
  const refusal = (...columns: Column[]) => {
    try {
      members(...columns);
    } catch (error) {
      return error;
    }
    return null;
  };

  test.each([
    ["a TIME", [column("at", "TIME")], "at", "no TIME"],
    ["a TIME below", [column("device", "RECORD", { fields: [column("at", "TIME")] })], "device", "no TIME"],
    ["an empty RECORD", [column("device", "RECORD", { fields: [] })], "device", "no RECORD without members"],
    ["the partition key's name", [column("Day", "DATE")], "Day", "is the partition key"],
    ["names that differ by case", [column("userId"), column("userid")], "userId and userid", "lower-cases"],
    ["members that differ by case", [record("geo", "City", "city")], "geo.City and geo.city", "lower-cases"],
    ["brackets in a name", [record("geo", "a:int,b")], "geo.a:int,b", "letters a-z"],
  ] as [string, Column[], string, string][])("%s", (_, columns, received, rule) => {
    expect(refusal(...columns)).toMatchObject({
      code: "data",
      parts: {
        received,
        rule: expect.stringContaining(rule),
        remedy: expect.stringContaining("columns.drop"),
      },
    });
  });

  test("others are not", () => {
    expect(refusal(column("_day", "DATE"), record("Geo", "City"))).toBeNull();
  });
});

describe("columns that a table has and columns that come", () => {
  const text = (columns: ReturnType<typeof members>) =>
    columns.map(({ name, type }) => `${name} ${renderHiveType(type)}`);

  test("are united: what is there first, in its order, then what is new", () => {
    const united = uniteColumns(
      members(column("b"), record("device", "brand", "model")),
      members(column("a", "INTEGER"), record("device", "category", "brand"), column("B")),
    );
    expect({ ...united, columns: text(united.columns) }).toEqual({
      columns: ["b string", "device struct<brand:string,model:string,category:string>", "a bigint"],
      hasNew: true,
      hasNestedGrowth: true,
      conflicts: [],
    });
  });

  test("have no growth below where whole columns are new", () => {
    const united = uniteColumns(members(column("a")), members(record("device", "brand")));
    expect([united.hasNew, united.hasNestedGrowth]).toEqual([true, false]);
  });

  test.each([
    [column("v", "INTEGER"), column("v", "NUMERIC"), "v: bigint here, decimal(38,9) wanted"],
    [column("v", "NUMERIC"), column("v", "INTEGER"), "v: decimal(38,9) here, bigint wanted"],
    [column("v"), record("v", "a"), "v: string here, struct<a:string> wanted"],
    [column("v", "STRING", { mode: "REPEATED" }), column("v"), "v: array<string> here, string wanted"],
    [
      column("v", "RECORD", { fields: [column("a", "INTEGER")] }),
      record("v", "a"),
      "v.a: bigint here, string wanted",
    ],
  ])("are in conflict where a type differs, widening included", (before, after, conflict) => {
    const united = uniteColumns(members(before), members(after));
    expect(united.conflicts).toEqual([conflict]);
    expect(text(united.columns)).toEqual(text(members(before)));
  });

  test("that Athena reads alike are alike", () => {
    const before = members(column("a", "DATETIME"), column("b", "JSON"), column("c", "BIGNUMERIC"));
    const after = members(column("a", "TIMESTAMP"), column("b", "STRING", { json: "object" }), column("c"));
    expect(uniteColumns(before, after)).toMatchObject({ hasNew: false, conflicts: [] });
  });
});

describe("a partition lacks members", () => {
  const table = members(record("device", "brand", "model"), column("v"));

  test.each([
    ["that its own column has not", members(record("device", "brand"), column("v")), true],
    ["never where the column as a whole is missing", members(column("v")), false],
    ["never where it has more than the table", members(record("device", "model", "brand", "year")), false],
  ] as const)("%s", (_, partition, expected) => {
    expect(lacksMembers(partition, table)).toBe(expected);
  });
});
