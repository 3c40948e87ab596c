import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openDatabase } from "../../src/adapters/duckdb/database.ts";
import { readParquetSchema } from "../../src/adapters/duckdb/parquet-schema.ts";
import { type Day, parseCompactDay } from "../../src/days/day.ts";
import type { FamilyName } from "../../src/days/families.ts";
import type { Field } from "../../src/days/schema.ts";
import { literal } from "../../src/sql/render.ts";
import { readLines, readSchema, sharedPath } from "./data-files.ts";
import { parseExact } from "./exact-json.ts";
import { type ExactRow, readRow } from "./expected-row.ts";
import { groupBy } from "./group-by.ts";
import { readParquetRows } from "./read-parquet.ts";

/** Rows on their way into a source folder. */
export interface ShardSet {
  family: FamilyName;
  dataset: string;
  /** Writes the shards below `root`; gives back the source rows by table. */
  write(root: string): Promise<SourceTable[]>;
}

/** Real rows of one property, with how much a full comparison of them looks at. */
export interface DataSet extends ShardSet {
  title: string;
  days: number;
  rows: number;
  /** Members of objects. */
  keys: number;
  /** Leaves, null included. */
  values: number;
}

export interface SourceTable {
  table: string;
  day: Day;
  schema: Field[];
  /** As an independent reader sees them. */
  rows: ExactRow[];
}

/** `[from, schema]`: the schema of tables whose day is `from` or later. */
type SchemaChange = readonly [from: string, schema: string];

const ga4Schema: SchemaChange[] = [["20201101", "ga4_events_obfuscated_sample_2020"]];
const ga360Schemas: SchemaChange[] = [
  ["20160801", "ga360_ga_sessions_until_20170630"],
  ["20170701", "ga360_ga_sessions_20170701on"],
];
const firebaseSchemas: SchemaChange[] = [
  ["20180612", "firebase_events_v1_20180612_20180626"],
  ["20180627", "firebase_events_v2_20180627_20180701"],
  ["20180702", "firebase_events_v3_20180702_20180827"],
  ["20180828", "firebase_events_v4_20180828_20180921"],
  ["20180922", "firebase_events_v5_20180922_20181003"],
];

export const dataSets = {
  ga4Parquet: {
    title: "GA4 as Parquet",
    family: "ga4_events",
    dataset: "ga4_parquet",
    rows: 24_219,
    days: 92,
    keys: 2_516_738,
    values: 2_250_329,
    write: (root) => writeParquetShards(join(root, "ga4_parquet")),
  },
  ga4Json: {
    title: "GA4 as JSON",
    family: "ga4_events",
    dataset: "ga4_json",
    rows: 460,
    days: 92,
    keys: 35_854,
    values: 30_794,
    write: (root) => writeJsonShards(join(root, "ga4_json"), "ga4.jsonl.gz", ga4Schema),
  },
  ga360Json: {
    title: "GA360 as JSON",
    family: "ga360_sessions",
    dataset: "ga360_json",
    rows: 1_830,
    days: 366,
    keys: 2_384_842,
    values: 2_083_341,
    write: (root) => writeJsonShards(join(root, "ga360_json"), "ga360.jsonl.gz", ga360Schemas),
  },
  firebaseJson: {
    title: "Firebase as JSON",
    family: "firebase_events",
    dataset: "firebase_json",
    rows: 570,
    days: 114,
    keys: 39_833,
    values: 35_843,
    write: (root) => writeJsonShards(join(root, "firebase_json"), "firebase.jsonl.gz", firebaseSchemas),
  },
} satisfies Record<string, DataSet>;

/** Lines stay as they are but for `_table`, so no digit is touched on the way. */
async function writeJsonShards(
  folder: string,
  name: string,
  schemas: readonly SchemaChange[],
): Promise<SourceTable[]> {
  await mkdir(folder, { recursive: true });
  const lines = groupBy(await readLines(name), (line) => /^\{"_table":"(\w+)",/.exec(line)![1]!);
  const tables: SourceTable[] = [];
  for (const [table, found] of lines) {
    const rows = found.map((line) => line.replace(/^\{"_table":"\w+",/, "{"));
    const schemaName = schemas.findLast(([from]) => from <= table.slice(-8))![1];
    const schema = await readSchema(schemaName);
    await writeFile(join(folder, `${table}.jsonl.gz`), gzipSync(`${rows.join("\n")}\n`));
    await copyFile(sharedPath(`schemas/${schemaName}.json`), join(folder, `${table}.schema.json`));
    const exact = rows.map((line) => readRow(schema, parseExact(line)));
    tables.push({ table, day: parseCompactDay(table.slice(-8))!, schema, rows: exact });
  }
  return tables.sort((a, b) => (a.day < b.day ? -1 : 1));
}

async function writeParquetShards(folder: string): Promise<SourceTable[]> {
  await mkdir(folder, { recursive: true });
  const path = sharedPath("data/malloy-samples/ga4_events_sampled.snappy.parquet");
  const byDate = groupBy(await readParquetRows([path]), (row) => row.event_date as string);
  const database = await openDatabase({ threads: 2 });
  const schema = await readParquetSchema(database, path);
  const tables: SourceTable[] = [];
  for (const [date, rows] of byDate) {
    const table = `events_${date}`;
    await database.run(
      `COPY (SELECT * FROM read_parquet(${literal(path).sql}) WHERE event_date = ${literal(date).sql})
       TO ${literal(join(folder, `${table}.parquet`)).sql} (FORMAT parquet)`,
    );
    tables.push({ table, day: parseCompactDay(date)!, schema, rows });
  }
  database.close();
  return tables.sort((a, b) => (a.day < b.day ? -1 : 1));
}
