import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../../src/adapters/duckdb/database.ts";
import { readParquetRows, readParquetSchema } from "../../../src/adapters/duckdb/parquet-schema.ts";
import { copyToParquet, makeFolder } from "./write-shard.ts";

async function readSchema(path: string) {
  const database = await openDatabase({ threads: 1 });
  try {
    return await readParquetSchema(database, path);
  } finally {
    database.close();
  }
}

async function schemaOf(query: string) {
  const path = join(await makeFolder(), "shard.parquet");
  await copyToParquet(query, path);
  return readSchema(path);
}

test.each([
  ["'a'", "STRING"],
  ["'a'::BLOB", "BYTES"],
  ["1::BIGINT", "INTEGER"],
  ["1::INTEGER", "INTEGER"],
  ["1::UTINYINT", "INTEGER"],
  ["1::FLOAT", "FLOAT"],
  ["1::DOUBLE", "FLOAT"],
  ["true", "BOOLEAN"],
  ["DATE '2020-01-01'", "DATE"],
  ["TIME '12:00:00'", "TIME"],
  ["TIMETZ '12:00:00+00'", "TIME"],
  ["TIMESTAMP '2020-01-01 00:00:00'", "DATETIME"],
  ["TIMESTAMPTZ '2020-01-01 00:00:00+00'", "TIMESTAMP"],
  ["1::DECIMAL(38, 9)", "NUMERIC"],
  ["1::DECIMAL(18, 2)", "NUMERIC"],
  ["1::DECIMAL(38, 10)", "BIGNUMERIC"],
  ["1::DECIMAL(38, 0)", "BIGNUMERIC"],
  ["'{}'::JSON", "JSON"],
])("%s is %s", async (sql, type) => {
  expect(await schemaOf(`SELECT ${sql} AS a`)).toEqual([{ name: "a", type, mode: "NULLABLE" }]);
});

test("structs, lists and lists of structs nest to any depth, names keep their case", async () => {
  expect(
    await schemaOf("SELECT [{'K': 1::BIGINT, 'v': {'tags': ['a']}}] AS Params, {'x': true} AS s"),
  ).toEqual([
    {
      name: "Params",
      type: "RECORD",
      mode: "REPEATED",
      fields: [
        { name: "K", type: "INTEGER", mode: "NULLABLE" },
        {
          name: "v",
          type: "RECORD",
          mode: "NULLABLE",
          fields: [{ name: "tags", type: "STRING", mode: "REPEATED" }],
        },
      ],
    },
    {
      name: "s",
      type: "RECORD",
      mode: "NULLABLE",
      fields: [{ name: "x", type: "BOOLEAN", mode: "NULLABLE" }],
    },
  ]);
});

test.each([
  ["1::UBIGINT", "s.a", "UBIGINT"],
  ["TIMESTAMP_NS '2020-01-01 00:00:00.123456789'", "s.a", "TIMESTAMP_NS"],
  ["uuid()", "s.a", "UUID"],
  ["[[1]]", "s.a", "INTEGER[]"],
  ["MAP {'k': 1}", "s.a", "MAP(VARCHAR, INTEGER)"],
])("%s is refused, with file, column and type", async (sql, column, type) => {
  const path = join(await makeFolder(), "shard.parquet");
  await copyToParquet(`SELECT {'a': ${sql}} AS s`, path);
  await expect(readSchema(path)).rejects.toMatchObject({
    code: "data",
    parts: { failed: expect.stringContaining(`The column ${column} of ${path}`), received: type },
  });
});

/** One DECIMAL(76, 38) column as Arrow writes BIGNUMERIC; DuckDB can read such a column, as doubles, but not write it. */
const wideDecimal =
  "UEFSMRUAFUwVTCwVAhUAFQYVBhwAAAACAAAAAgEAAAAAAAAAAAAAAAAAAAAAcNjy/IfKJrcOTzNgAAAAACZ6HBUOGSUGABkYAWEVABYCFnIWciYISRwV" +
  "ABUAFQIAAAAVBBksNQAYBnNjaGVtYRUCABUOFUAVAhgBYSUKFUwVmAEsXBVMFZgBAAAAFgIZHBkcJnocFQ4ZJQYAGRgBYRUAFgIWchZyJghJHBUAFQAV" +
  "AgAAABZyFgImCBZyFAAAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDE3LjAuMBkcHAAAAIYAAABQQVIx";

test("a decimal of more than 38 digits is refused, since DuckDB would read it as a double", async () => {
  const path = join(await makeFolder(), "shard.parquet");
  await writeFile(path, Buffer.from(wideDecimal, "base64"));
  await expect(readSchema(path)).rejects.toThrow(`The column a of ${path}`);
});

test("rows come from the footer", async () => {
  const path = join(await makeFolder(), "shard.parquet");
  await copyToParquet("SELECT * FROM range(123456)", path);
  const database = await openDatabase({ threads: 1 });
  expect(await readParquetRows(database, path)).toBe(123456);
  await expect(readParquetRows(database, `${path}.gone`)).rejects.toMatchObject({ code: "data" });
  database.close();
});
