import { createHash } from "node:crypto";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openDatabase } from "../../src/adapters/duckdb/database.ts";
import type { Day } from "../../src/days/day.ts";
import type { ShardKind } from "../../src/days/families.ts";
import type { Column } from "../../src/days/schema.ts";
import type { Manifest } from "../../src/lake/types.ts";
import type { ObjectStore } from "../../src/ports.ts";
import { renderType } from "../../src/sql/types.ts";
import type { ReaderTarget } from "../../src/tasks/reader-target.ts";

/** The values of a row beside the added columns; what is left out is null. */
export type LakeRow = Record<string, unknown>;

export interface GenerationSpec {
  day: string;
  generation: string;
  sequence: number;
  rows: LakeRow[];
  columns?: Column[];
  /** Rows are dealt out to so many files. */
  files?: number;
  kind?: ShardKind;
  /** What the manifest claims differently from the truth. */
  claim?: Partial<Manifest>;
}

const scalar = (name: string, type: Column["type"]): Column => ({ name, type, mode: "NULLABLE" });

const record = (name: string, fields: Column[]): Column => ({ ...scalar(name, "RECORD"), fields });

/** The added columns and a few of an events family: text, JSON text, a number, a STRUCT in a STRUCT. */
export const baseColumns: Column[] = [
  scalar("_day", "DATE"),
  scalar("_shard_kind", "STRING"),
  scalar("_generation", "STRING"),
  scalar("event_id", "STRING"),
  scalar("event_name", "STRING"),
  { ...scalar("event_params", "STRING"), json: "object" },
  scalar("value", "INTEGER"),
  record("device", [scalar("category", "STRING"), record("web_info", [scalar("browser", "STRING")])]),
];

/** A later schema: a new column, a new member, a new member of a member, a list of STRUCTs. */
export const grownColumns: Column[] = [
  ...baseColumns.slice(0, -1),
  record("device", [
    scalar("category", "STRING"),
    record("web_info", [scalar("browser", "STRING"), scalar("hostname", "STRING")]),
    scalar("language", "STRING"),
  ]),
  scalar("platform", "STRING"),
  { ...record("items", [scalar("item_id", "STRING"), scalar("quantity", "INTEGER")]), mode: "REPEATED" },
];

/** `count` rows whose ids follow from `seed`: another seed, other rows. */
export function buildRows(seed: string, count: number, values: LakeRow = {}): LakeRow[] {
  return Array.from({ length: count }, (_, index) => ({
    event_id: createHash("sha256").update(`${seed} ${index}`).digest("hex").slice(0, 32),
    event_name: `${seed} ${index}`,
    event_params: JSON.stringify({ page_location: `https://example.com/${index}` }),
    value: index,
    device: { category: "mobile", web_info: { browser: "Firefox" } },
    ...values,
  }));
}

/** Writes a generation as an engine would, and says what a head and a manifest would say of it. */
export function writeGeneration(store: ObjectStore, spec: GenerationSpec): Promise<ReaderTarget> {
  return dealGeneration(spec, (key, columns, rows) => writeParquet(store.localPath(key)!, columns, rows));
}

/** Writes one lake file. @returns its bytes */
export type WriteLakeFile = (
  key: string,
  columns: readonly Column[],
  rows: readonly LakeRow[],
) => Promise<number>;

/** Deals a generation's rows out to files, whatever form those have. */
export async function dealGeneration(spec: GenerationSpec, write: WriteLakeFile): Promise<ReaderTarget> {
  const { generation, sequence } = spec;
  const day = spec.day as Day;
  const columns = spec.columns ?? baseColumns;
  const kind = spec.kind ?? "daily";
  const rows = spec.rows.map((row) => ({ _day: day, _shard_kind: kind, _generation: generation, ...row }));
  const files: Manifest["files"] = [];
  const parts = spec.files ?? 1;
  for (let part = 0; part < parts; part++) {
    const name = `${generation}-${String(part).padStart(5, "0")}.parquet`;
    const key = `web-shop/ga4_events/day=${day}/generation=${generation}/${name}`;
    const own = rows.filter((_, index) => index % parts === part);
    files.push({ key, bytes: await write(key, columns, own), rows: own.length });
  }
  const manifest = buildManifest({ day, generation, kind, files, columns, rows });
  return { day, head: { generation, sequence }, manifest: { ...manifest, ...spec.claim } };
}

async function writeParquet(path: string, columns: readonly Column[], rows: readonly LakeRow[]) {
  await mkdir(dirname(path), { recursive: true });
  const json = join(dirname(path), "rows.jsonl");
  await writeFile(json, rows.map((row) => JSON.stringify(row)).join("\n"));
  const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const types = columns.map((column) => `${quote(column.name)}: ${quote(renderType(column))}`).join(", ");
  const source = `read_json(${quote(json.replace(/[[*?]/g, "[$&]"))}, format = 'newline_delimited', hive_partitioning = false, columns = {${types}})`;
  const database = await openDatabase({ threads: 1 });
  try {
    await database.run(`COPY (FROM ${source}) TO ${quote(path)} (FORMAT parquet, COMPRESSION zstd)`);
  } finally {
    database.close();
    await rm(json);
  }
  return (await stat(path)).size;
}

interface Written {
  day: Day;
  generation: string;
  kind: ShardKind;
  files: Manifest["files"];
  columns: Column[];
  rows: LakeRow[];
}

function buildManifest({ day, generation, kind, files, columns, rows }: Written): Manifest {
  return {
    formatVersion: 1,
    pipeline: "web-shop",
    family: "ga4_events",
    day,
    generation,
    source: {
      table: "events",
      kind,
      modified: generation,
      rows: rows.length,
      bytes: 1,
      etag: null,
      content: null,
    },
    rulesDigest: "rules",
    formula: 1,
    engine: { name: "duckdb", version: "1.5.5" },
    files,
    duplicatesFiles: [],
    ...describeRows(columns, rows),
    columns,
    createdAtMs: 1,
  };
}

const addedColumns = ["_day", "_shard_kind", "_generation"];

/**
 * What a manifest says of rows. Counted here, in JavaScript, so that the warehouses' own counting is checked by
 * another hand.
 */
export function describeRows(
  columns: readonly Column[],
  rows: readonly LakeRow[],
): Pick<Manifest, "balance" | "checksum" | "nonNull"> {
  const digits = rows.map((row) => BigInt(`0x${String(row.event_id).slice(0, 12)}`));
  const has = (row: LakeRow, name: string) =>
    addedColumns.includes(name) || (row[name] !== undefined && row[name] !== null);
  const count = (name: string) => rows.filter((row) => has(row, name)).length;
  return {
    balance: {
      source: rows.length + 3,
      written: rows.length,
      duplicates: { exact: 1, conflicting: 1 },
      filtered: 1,
    },
    checksum: String(digits.reduce((sum, digit) => sum + digit, 0n)),
    nonNull: Object.fromEntries(columns.map(({ name }) => [name, count(name)])),
  };
}
