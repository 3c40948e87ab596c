import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createBigQuerySource } from "../../../src/adapters/bigquery/source.ts";
import type { ApiField } from "../../doubles/bigquery/api-types.ts";
import { putTable } from "../../doubles/bigquery/change-world.ts";
import { buildOptions, dataset, project, startDouble } from "./bigquery-world.ts";

const table = "events_20261120";

/** The table of docs/bigquery.md: each type by all its names, and what it is here. */
const documented = readTable(readFileSync(new URL("../../../docs/bigquery.md", import.meta.url), "utf8"));

function readTable(page: string): { names: string[]; here: string }[] {
  const section = page.split(/^## /m).find((part) => part.startsWith("Types\n")) ?? "";
  return section
    .split("\n")
    .filter((line) => /^\| [A-Z]/.test(line))
    .map((line) => {
      const [, type = "", alias = "", here = ""] = line.split("|").map((cell) => cell.trim());
      return { names: alias === "" ? [type] : [type, alias], here };
    });
}

/** All types of a column, as BigQuery's API documents them (TableFieldSchema.type). */
const all = [
  ...[
    "STRING",
    "BYTES",
    "INTEGER",
    "INT64",
    "FLOAT",
    "FLOAT64",
    "BOOLEAN",
    "BOOL",
    "TIMESTAMP",
    "DATE",
    "TIME",
  ],
  ...["DATETIME", "GEOGRAPHY", "NUMERIC", "BIGNUMERIC", "JSON", "RECORD", "STRUCT", "RANGE", "INTERVAL"],
];

const pairs = documented.flatMap(({ names, here }) => names.map((name) => [name, here] as const));
const taken = pairs.filter(([, here]) => here !== "refused");
const refused = pairs.filter(([, here]) => here === "refused");

test("the page has every type of BigQuery, by each of its names", () => {
  expect(pairs.map(([name]) => name).toSorted()).toEqual(all.toSorted());
});

function buildField(type: string, mode: string): ApiField {
  const isRecord = type === "RECORD" || type === "STRUCT";
  const inner = isRecord ? { fields: [{ name: "inner", type: "STRING" }] } : {};
  return {
    name: "a",
    type,
    mode,
    ...inner,
    ...(type === "RANGE" ? { rangeElementType: { type: "DATE" } } : {}),
  };
}

/** A shard with the column at its top, and once more below a list of records. */
async function openShard(type: string, mode: string) {
  const double = await startDouble();
  const field = buildField(type, mode);
  const schema = [field, { name: "items", type: "RECORD", mode: "REPEATED", fields: [field] }];
  putTable(double.world, { project, dataset, table }, { files: [], schema, rows: 1n, bytes: 1n });
  const source = createBigQuerySource(buildOptions(double));
  return { double, opened: source.openShard(dataset, table, "daily") };
}

describe.each(["NULLABLE", "REPEATED", "REQUIRED"])("a column that is %s", (mode) => {
  test.each(taken)("and %s is %s here, at every depth", async (type, here) => {
    const { opened } = await openShard(type, mode);
    const own = { name: "a", type: here, mode };
    const inner = here === "RECORD" ? { fields: [{ name: "inner", type: "STRING", mode: "NULLABLE" }] } : {};
    expect((await opened)?.schema).toEqual([
      { ...own, ...inner },
      { name: "items", type: "RECORD", mode: "REPEATED", fields: [{ ...own, ...inner }] },
    ]);
  });

  test.each(refused)("and %s is %s at every depth, after one look at the table", async (type) => {
    const { double, opened } = await openShard(type, mode);
    const told = new RegExp(`^a has the type "?${type}"?, .*; items\\.a has the type "?${type}"?, `);
    await expect(opened).rejects.toMatchObject({
      code: "data",
      parts: { received: expect.stringMatching(told) },
    });
    expect(double.count()).toMatchObject({ "bigquery.tables.get": 1 });
    expect(Object.keys(double.count())).toHaveLength(2);
  });
});
