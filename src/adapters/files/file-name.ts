/**
 * What a file name in a source folder says: `<table>[-NNN].<suffix>`, or `<table>.schema.json`. Anything else
 * (temporary files, checksums, marks of other programs) is none of ours.
 */

export type DataFormat = "parquet" | "jsonl" | "jsonl.gz";

export type ShardFile =
  | { name: string; table: string; holds: "rows"; format: DataFormat; part: number | null }
  | { name: string; table: string; holds: "schema" }
  /** Rows in a format we cannot read; `advice` says what to do. */
  | { name: string; table: string; holds: "unreadable"; advice: string };

const formats = ["parquet", "jsonl", "jsonl.gz"] as const satisfies readonly DataFormat[];

const asParquet = "extract the shard as Parquet";
const renamed = "if it holds one JSON object per line, rename it";

/** Suffixes under which exports are found elsewhere; ignoring them would make a day look missing. */
const unreadable: Record<string, string> = {
  avro: `${asParquet}: DuckDB's Avro reader is a download`,
  "avro.gz": `${asParquet}: DuckDB's Avro reader is a download`,
  orc: asParquet,
  csv: `${asParquet}: CSV cannot hold nested columns`,
  "csv.gz": `${asParquet}: CSV cannot hold nested columns`,
  json: `${renamed} to end in .jsonl`,
  "json.gz": `${renamed} to end in .jsonl.gz`,
  ndjson: `${renamed} to end in .jsonl`,
  "ndjson.gz": `${renamed} to end in .jsonl.gz`,
  "jsonl.zst": "compress it with gzip, or extract the shard as Parquet",
  "jsonl.bz2": "compress it with gzip, or extract the shard as Parquet",
  "parquet.gz": "unpack it: Parquet is compressed inside",
};

const pattern = /^([A-Za-z0-9_]+)(?:-(\d{1,15}))?\.([a-z0-9.]+)$/;

/** @returns what the name says, or null where the file is none of ours. */
export function parseFileName(name: string): ShardFile | null {
  const [, table, digits, suffix] = pattern.exec(name) ?? [];
  if (table === undefined || suffix === undefined) return null;
  if (suffix === "schema.json") return digits === undefined ? { name, table, holds: "schema" } : null;
  const format = formats.find((candidate) => candidate === suffix);
  if (format)
    return { name, table, holds: "rows", format, part: digits === undefined ? null : Number(digits) };
  const advice = Object.hasOwn(unreadable, suffix) ? unreadable[suffix] : undefined;
  return advice === undefined ? null : { name, table, holds: "unreadable", advice };
}
