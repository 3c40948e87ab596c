import { readFile, stat, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { families } from "../../../src/days/families.ts";
import type { ShardliftError } from "../../../src/errors.ts";
import { buildRecipe } from "../../../src/sql/build-recipe.ts";
import { eventRow, eventSchema, field, list, record } from "../../sql/schemas.ts";
import {
  createEngineWorld,
  extract,
  extractError,
  readLake,
  writeJson,
  writeParquet,
} from "./engine-world.ts";

const line = (number: number, rest = "") =>
  `{"event_name":"e","event_timestamp":"${number}","user_pseudo_id":"u${number}"${rest}}\n`;

async function refuse(text: string, format: "jsonl" | "jsonl.gz" = "jsonl", schema = eventSchema) {
  const world = await createEngineWorld();
  const part = await writeJson(world, "shard", text, format);
  const error = (await extractError(world, { schema, parts: [part] })) as ShardliftError;
  expect([
    error.code,
    error.parts.failed.includes(part.path) || error.parts.received?.includes(part.path),
  ]).toEqual(["data", true]);
  const keys: string[] = [];
  for await (const { key } of world.store.list("")) keys.push(key);
  expect(keys).toEqual([]);
  return {
    ...error.parts,
    failed: error.parts.failed.replace(part.path, "<file>"),
    received: error.parts.received?.replace(part.path, "<file>"),
  };
}

describe("newline JSON", () => {
  test.each(["jsonl", "jsonl.gz"] as const)(
    "%s with an invalid line 70,001 is refused with file and line",
    async (format) => {
      const lines = Array.from({ length: 90_000 }, (_, index) => line(index + 1));
      lines[70_000] = '{"event_name":"e",,}\n';

      expect((await refuse(lines.join(""), format)).received).toMatch(
        /"<file>", at byte \d+ in line 70001: /,
      );
    },
  );

  test("with an undeclared key is refused with file, line and key, at any depth", async () => {
    const lines = Array.from({ length: 5000 }, (_, index) => line(index + 1));
    lines[3210] = line(3211, ',"device":{"web_info":{"engine":"x"}}');
    lines[4000] = line(4001, ',"items":[{"item_id":"a"},{"colour":1}]');

    expect((await refuse(lines.join(""))).failed).toBe(
      "The file <file>:4001 has a key that its schema does not declare: items.colour",
    );
    lines[4000] = line(4001);
    expect((await refuse(lines.join(""))).failed).toBe(
      "The file <file>:3211 has a key that its schema does not declare: device.web_info.engine",
    );
  });

  test("with a key that only looks like a declared path is refused", async () => {
    expect((await refuse(line(1, ',"device.category":"x"'))).failed).toContain("device.category");
  });

  test.each([
    [
      "a fraction in an integer",
      ',"batch_event_index":1.5',
      'batch_event_index is declared INTEGER and holds "1.5"',
    ],
    ["a fraction as text in an integer", ',"batch_event_index":"1.5"', 'INTEGER and holds "1.5"'],
    ["an integer beyond int64", ',"batch_event_index":"9223372036854775808"', "9223372036854775808"],
    [
      "a text in a float of a list",
      ',"items":[{"price":"cheap"}]',
      'items.price is declared FLOAT and holds "cheap"',
    ],
    ["an object in an integer", ',"batch_event_index":{"a":1}', "OBJECT"],
    ["a number in a string", ',"user_id":5', "UBIGINT"],
    ["a text in a record", ',"device":"x"', "VARCHAR"],
    ["a record in a list", ',"items":{"item_id":"x"}', "OBJECT"],
    ["a nested list", ',"items":[[{"item_id":"x"}]]', "ARRAY"],
    ["the same key twice", ',"user_id":"a","user_id":"b"', "duplicate key"],
  ])("with %s is refused, never null", async (_, rest, received) => {
    expect((await refuse(line(1) + line(2, rest))).received).toContain(received);
  });

  test("with lines that are no objects is refused", async () => {
    expect((await refuse("[1]\n2\n")).rule).toBe("declared: one object a line");
  });

  test("keeps integers exact, written as texts or numbers, and reads every type as BigQuery writes it", async () => {
    const world = await createEngineWorld();
    const schema = [
      ...eventSchema,
      field("d", "DATE"),
      field("dt", "DATETIME"),
      field("t", "TIME"),
      field("ts", "TIMESTAMP"),
      field("b", "BYTES"),
      field("n", "NUMERIC"),
      field("big", "BIGNUMERIC"),
      field("j", "JSON"),
      field("f", "FLOAT"),
      field("o", "BOOLEAN"),
    ];
    const rest =
      ',"batch_event_index":9218924040658817653,"event_bundle_sequence_id":"-9223372036854775808","d":"2020-02-29",' +
      '"dt":"2020-01-01T10:00:00.5","t":"10:00:00","ts":"2020-01-01 00:00:00.123456 UTC","b":"AQL/","n":"12345678901234567890.123456789",' +
      '"big":"1.00000000000000000000000000000000000001","j":{"a":[1]},"f":"NaN","o":true,"device":{}';
    const part = await writeJson(world, "shard", line(1, rest));

    const report = await extract(world, { schema, parts: [part] });

    const text = (name: string) => `${name}::VARCHAR AS ${name}`;
    const names = [
      "batch_event_index",
      "event_bundle_sequence_id",
      "d",
      "dt",
      "t",
      "epoch_us(ts)",
      "hex(b)",
      "n",
      "big",
      "j",
      "f",
      "o",
    ];
    const [row] = await readLake(
      world,
      report.files,
      names.map((name) => (name.includes("(") ? `${name}::VARCHAR` : text(name))).join(", "),
    );
    expect(Object.values(row!)).toEqual([
      "9218924040658817653",
      "-9223372036854775808",
      "2020-02-29",
      "2020-01-01 10:00:00.5",
      "10:00:00",
      "1577836800123456",
      "0102FF",
      "12345678901234567890.123456789",
      "1.00000000000000000000000000000000000001",
      '{"a":[1]}',
      "nan",
      "true",
    ]);
  });

  test("reads a row larger than DuckDB's ordinary line", async () => {
    const world = await createEngineWorld();
    const long = "x".repeat(17 * 1024 * 1024);
    const part = await writeJson(world, "shard", line(1, `,"user_id":"${long}"`) + line(2));

    const report = await extract(world, { schema: eventSchema, parts: [part] });

    expect(await readLake(world, report.files, "length(user_id) AS n")).toEqual([
      { n: BigInt(long.length) },
      { n: null },
    ]);
  });

  test("of no bytes is an empty shard", async () => {
    const world = await createEngineWorld();
    const report = await extract(world, {
      schema: eventSchema,
      parts: [await writeJson(world, "shard", "")],
    });

    expect(report.balance).toEqual({
      source: 0,
      written: 0,
      duplicates: { exact: 0, conflicting: 0 },
      filtered: 0,
    });
  });
});

describe("Parquet", () => {
  test("that is cut off is refused with its name", async () => {
    const world = await createEngineWorld();
    const good = await writeParquet(world, "good", eventSchema, [eventRow(1)]);
    const bad = await writeParquet(world, "bad", eventSchema, [eventRow(2)]);
    await writeFile(bad.path, (await readFile(bad.path)).subarray(0, (await stat(bad.path)).size - 20));

    const error = (await extractError(world, { schema: eventSchema, parts: [good, bad] })) as ShardliftError;

    expect([error.code, error.parts.failed]).toEqual(["data", `The file ${bad.path} cannot be read.`]);
  });

  test("that is broken inside is refused with the name of the one broken file", async () => {
    const world = await createEngineWorld();
    const rows = Array.from({ length: 500 }, (_, index) => eventRow(index));
    const good = await writeParquet(world, "good", eventSchema, rows);
    const bad = await writeParquet(world, "bad", eventSchema, rows);
    const bytes = await readFile(bad.path);
    bytes.fill(0xff, 40, 4000);
    await writeFile(bad.path, bytes);

    const error = (await extractError(world, { schema: eventSchema, parts: [good, bad] })) as ShardliftError;

    expect([error.code, error.parts.failed]).toEqual(["data", `The file ${bad.path} cannot be read.`]);
  });

  test("with another type than declared is refused with file and column", async () => {
    const world = await createEngineWorld();
    const other = eventSchema.map((column) =>
      column.name === "batch_event_index" ? field("batch_event_index", "FLOAT") : column,
    );
    const part = await writeParquet(world, "shard", other, [eventRow(1)]);

    const error = (await extractError(world, { schema: eventSchema, parts: [part] })) as ShardliftError;

    expect(error.parts.received).toBe("column batch_event_index: declared BIGINT, found DOUBLE");
  });

  test("with columns that are missing or too many is refused", async () => {
    const world = await createEngineWorld();
    const part = await writeParquet(world, "shard", [...eventSchema, field("more")], [eventRow(1)]);

    const error = (await extractError(world, {
      schema: [...eventSchema, field("other")],
      parts: [part],
    })) as ShardliftError;

    expect(error.parts.received).toMatch(
      /^column (more|other): declared (nothing|VARCHAR), found (nothing|VARCHAR)$/,
    );
  });
});

describe("a schema", () => {
  const build = (schema: typeof eventSchema) => () =>
    buildRecipe({
      family: families.ga4_events,
      pipelineFamily: { duplicates: "event_id" },
      columns: { drop: [], hash: [] },
      filter: [],
      schema,
    });

  test("of another family is refused", () => {
    expect(build([field("user_id"), record("user_info", [])])).toThrow(
      "looks like a shard of another family",
    );
  });

  test("whose key-value column is none is refused", () => {
    expect(
      build(eventSchema.map((column) => (column.name === "event_params" ? field("event_params") : column))),
    ).toThrow("event_params is no list of key-value pairs");
  });

  test("that takes a name of ours is refused", () => {
    expect(build([...eventSchema, list("EVENT_ID", [field("x")])])).toThrow("EVENT_ID");
  });
});
