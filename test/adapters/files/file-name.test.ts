import { expect, test } from "vitest";
import { parseFileName } from "../../../src/adapters/files/file-name.ts";

test("names of shards, parts and schema files are told apart", () => {
  expect(
    ["events_20201101.parquet", "events_20201101-000000000012.jsonl.gz", "events_20201101.schema.json"].map(
      parseFileName,
    ),
  ).toEqual([
    {
      name: "events_20201101.parquet",
      table: "events_20201101",
      holds: "rows",
      format: "parquet",
      part: null,
    },
    {
      name: "events_20201101-000000000012.jsonl.gz",
      table: "events_20201101",
      holds: "rows",
      format: "jsonl.gz",
      part: 12,
    },
    { name: "events_20201101.schema.json", table: "events_20201101", holds: "schema" },
  ]);
});

test.each([
  ".events_20201101.parquet.crc",
  "events_20201101.parquet.crc",
  "events_20201101.parquet.tmp",
  ".events_20201101.parquet",
  "events_20201101.parquet~",
  "events_20201101.parquet.part",
  "events_20201101",
  "events_20201101 (1).parquet",
  "events_20201101-.parquet",
  "events_20201101-a.parquet",
  "events_20201101-000.schema.json",
  "_SUCCESS",
  "README.md",
  "events_20201101.constructor",
])("%s is none of ours", (name) => {
  expect(parseFileName(name)).toBeNull();
});

test.each([
  ["events_20201101.avro", "Avro reader is a download"],
  ["events_20201101-000.avro", "extract the shard as Parquet"],
  ["events_20201101.csv.gz", "CSV cannot hold nested columns"],
  ["events_20201101.json.gz", "rename it to end in .jsonl.gz"],
  ["events_20201101.jsonl.zst", "compress it with gzip"],
])("%s is a shard's, in a format that cannot be read, and comes with advice", (name, advice) => {
  const file = parseFileName(name);
  expect(file).toMatchObject({ name, table: "events_20201101", holds: "unreadable" });
  expect(file?.holds === "unreadable" && file.advice).toContain(advice);
});
