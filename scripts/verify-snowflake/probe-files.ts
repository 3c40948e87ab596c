import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../src/adapters/duckdb/database.ts";
import type { Day } from "../../src/days/day.ts";
import type { Column } from "../../src/days/schema.ts";
import type { DayMeasure, GenerationFiles, LakeFile, ObjectStore } from "../../src/ports.ts";
import { literal } from "../../src/sql/render.ts";
import { renderType } from "../../src/sql/types.ts";
import { describeRows, type LakeRow } from "../../test/contracts/warehouse-lake.ts";

/** A generation of probe rows in the lake, and what a warehouse is to count of it. */
export interface Probe extends GenerationFiles {
  measure: DayMeasure;
}

const scalar = (name: string, type: Column["type"], more: Partial<Column> = {}): Column => ({
  name,
  type,
  mode: "NULLABLE",
  ...more,
});
const record = (name: string, fields: Column[]) => scalar(name, "RECORD", { fields });

/** A column of every type that families have. */
export const probeColumns: Column[] = [
  scalar("_day", "DATE"),
  scalar("_shard_kind", "STRING"),
  scalar("_generation", "STRING"),
  scalar("event_id", "STRING"),
  scalar("event_name", "STRING"),
  scalar("big", "INTEGER"),
  scalar("price", "NUMERIC"),
  scalar("score", "FLOAT"),
  scalar("is_on", "BOOLEAN"),
  scalar("raw", "BYTES"),
  scalar("local_time", "DATETIME"),
  scalar("at", "TIME"),
  scalar("seen_at", "TIMESTAMP"),
  scalar("params", "STRING", { json: "object" }),
  scalar("tags", "STRING", { mode: "REPEATED" }),
  { ...record("items", [scalar("item_id", "STRING"), scalar("quantity", "INTEGER")]), mode: "REPEATED" },
  scalar("hits", "STRING", { json: "array" }),
  record("device", [scalar("category", "STRING"), scalar("language", "STRING")]),
];

/** What read-values.sql looks for. `device.language` is null. */
export const firstRow: LakeRow = {
  event_id: "673543305989994a5f0c8e1b2d3f4a5b",
  event_name: "first",
  big: "9218924040658817653",
  price: "12.5",
  score: 0.25,
  is_on: true,
  raw: "abc",
  local_time: "2026-11-20 12:34:56",
  at: "12:34:56.123456",
  seen_at: "2026-11-20T12:34:56.123Z",
  params: '{"n":9218924040658817653}',
  tags: ["a", "b"],
  items: [{ item_id: "shoe", quantity: 2 }, { item_id: "hat" }],
  hits: '[{"page":"/"}]',
  device: { category: "mobile" },
};

export const probeDays = ["2026-11-20", "2026-11-21", "2026-11-22"] as const;

export interface ProbeSpec {
  day: (typeof probeDays)[number];
  generation: string;
  /** Rows of each file; an empty list is a file without rows. */
  files: LakeRow[][];
  columns?: Column[];
}

/** Writes files below `<prefix>day=…/generation=…/`, which must be of two parts. */
export async function writeProbe(store: ObjectStore, prefix: string, spec: ProbeSpec): Promise<Probe> {
  const { generation, columns = probeColumns } = spec;
  const day = spec.day as Day;
  const added = { _day: day, _shard_kind: "daily", _generation: generation };
  const dealt = spec.files.map((rows) => rows.map((row) => ({ ...added, ...row })));
  const files: LakeFile[] = [];
  for (const [part, rows] of dealt.entries()) {
    const key = `${prefix}day=${day}/generation=${generation}/${generation}-${String(part).padStart(5, "0")}.parquet`;
    files.push({ key, bytes: await putParquet(store, key, columns, rows), rows: rows.length });
  }
  const { balance, checksum, nonNull } = describeRows(columns, dealt.flat());
  return {
    day,
    generation,
    files,
    columns,
    measure: { day, generation, rows: balance.written, checksum, nonNull },
  };
}

async function putParquet(
  store: ObjectStore,
  key: string,
  columns: readonly Column[],
  rows: readonly LakeRow[],
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "shardlift-verify-"));
  const database = await openDatabase({ threads: 1 });
  try {
    const [json, parquet] = [join(folder, "rows.jsonl"), join(folder, "rows.parquet")];
    await writeFile(json, rows.map((row) => JSON.stringify(row)).join("\n"));
    const types = columns.map((column) => `${literal(column.name).sql}: ${literal(renderType(column)).sql}`);
    const read = `read_json(${literal(json).sql}, format = 'newline_delimited', maximum_object_size = 67108864, columns = {${types.join(", ")}})`;
    await database.run(`COPY (FROM ${read}) TO ${literal(parquet).sql} (FORMAT parquet, COMPRESSION zstd)`);
    await store.putFile(key, parquet);
    return (await stat(parquet)).size;
  } finally {
    database.close();
    await rm(folder, { recursive: true, force: true });
  }
}
