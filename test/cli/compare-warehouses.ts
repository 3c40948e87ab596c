import { openDatabase } from "../../src/adapters/duckdb/database.ts";
import type { Warehouse } from "../../src/ports.ts";
import { identifier } from "../../src/sql/render.ts";
import {
  compareExact,
  createTally,
  type Difference,
  renderDifference,
  type Tally,
} from "../real-rows/compare.ts";
import { type Exact, isRecord, parseExact, renderExact } from "../real-rows/exact-json.ts";
import type { ExactRow } from "../real-rows/expected-row.ts";
import { groupBy } from "../real-rows/group-by.ts";
import { toExactRow } from "../real-rows/read-parquet.ts";

/** Two warehouses that lifted the same shards, each from a lake of its own. */
export interface Pair {
  /** A DuckDB file that no task has open. */
  path: string;
  /** Snowflake, asked through the real driver. */
  snowflake: Warehouse;
}

export interface Compared extends Tally {
  /** Members of a STRUCT that came with a later schema: null in DuckDB, not there in Snowflake's OBJECT. */
  notYetThere: number;
  /** In words, of the first ones. */
  differences: string[];
}

/** A relation's rows with the type each column has in DuckDB. */
export interface Rows {
  types: Map<string, string>;
  rows: ExactRow[];
}

/** Ids of generations are chance, and so are the instants they count from: by what each stands for in DuckDB. */
export type Translation = ReadonlyMap<string, Exact>;

export function createCompared(): Compared {
  return { ...createTally(), notYetThere: 0, differences: [] };
}

/** Compares each value of each row of one relation of `analytics`; a row too many or too few is a difference. */
export async function compareRelation(
  pair: Pair,
  relation: string,
  translation: Translation,
  compared: Compared,
): Promise<void> {
  const duckdb = await readDuckDb(pair.path, relation);
  const snowflake = await readSnowflake(pair.snowflake, relation, duckdb.types);
  const expected = groupBy(sortRows(duckdb.rows.map(roundLoadedAt)), readIdentity);
  const actual = groupBy(
    sortRows(snowflake.map((row) => roundLoadedAt(translate(row, translation)))),
    readIdentity,
  );
  for (const id of new Set([...expected.keys(), ...actual.keys()])) {
    const [here, there] = [expected.get(id) ?? [], actual.get(id) ?? []];
    for (let index = 0; index < Math.max(here.length, there.length); index++) {
      compared.rows += 1;
      const found = compareExact("", here[index], there[index], compared);
      const open = found.filter((difference) => !isNotYetThere(difference, duckdb.types));
      compared.notYetThere += found.length - open.length;
      compared.differences.push(...open.map((one) => `${relation} ${id} ${renderDifference(one)}`));
    }
  }
}

/** A row of events, or of days. */
function readIdentity(row: ExactRow): string {
  return String(row.event_id ?? row.day);
}

/** STRUCTs have every member that any day had; objects of pairs are never forgiven. */
function isNotYetThere({ path, expected, actual }: Difference, types: Rows["types"]): boolean {
  const [column = ""] = path.slice(1).split(/[.[]/, 1);
  return (
    expected === null &&
    actual === undefined &&
    /^STRUCT/.test(types.get(column) ?? "") &&
    path.slice(1) !== column
  );
}

/** What each id and sequence of Snowflake's ledger is called in DuckDB's, whose rows are of the same days. */
export async function readTranslation(pair: Pair, table: string): Promise<Translation> {
  const duckdb = await readDuckDb(pair.path, `${table}_ledger`);
  const snowflake = await readSnowflake(pair.snowflake, `${table}_ledger`, duckdb.types);
  const byDay = new Map(duckdb.rows.map((row) => [row.day, row]));
  const entries = snowflake.flatMap((row) =>
    translatedColumns.map((name) => [row.day, row[name], byDay.get(row.day!)?.[name]] as const),
  );
  return new Map(
    entries.flatMap(([day, from, to]) =>
      from === null || from === undefined || to === undefined
        ? []
        : // Several days may be committed in the same ms; ids are of one day in any case.
          [[String(from), to] as const, [`${day} ${from}`, to] as const],
    ),
  );
}

const translatedColumns = [
  "hot_generation",
  "cold_generation",
  "hot_sequence",
  "cold_sequence",
  "_generation",
  "generation",
];

function translate(row: ExactRow, translation: Translation): ExactRow {
  const entries = translatedColumns.flatMap((name) => {
    const value = row[name];
    if (value === undefined || value === null) return [];
    const told = translation.get(`${row.day} ${value}`) ?? translation.get(String(value));
    return told === undefined ? [] : [[name, told] as const];
  });
  return { ...row, ...Object.fromEntries(entries) };
}

/** Each warehouse was loaded by a command of its own: the same one by the hour. */
function roundLoadedAt(row: ExactRow): ExactRow {
  return typeof row.loaded_at === "string" ? { ...row, loaded_at: row.loaded_at.slice(0, 13) } : row;
}

/** By all that they hold: rows that are kept twice may come in any order. */
function sortRows(rows: readonly ExactRow[]): ExactRow[] {
  const keyed = rows.map((row) => ({ row, key: renderExact(sortKeys(row)) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ row }) => row);
}

function sortKeys(value: Exact): Exact {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isRecord(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sortKeys(member)]),
  );
}

/** A relation of the DuckDB file, JSON read. */
export async function readDuckDb(path: string, relation: string): Promise<Rows> {
  const database = await openDatabase({ path, readOnly: true, threads: 2 });
  try {
    const name = `analytics.${identifier(relation).sql}`;
    const described = await database.rows(`DESCRIBE ${name}`);
    const types = new Map(described.map((row) => [String(row.column_name), String(row.column_type)]));
    const rows = (await database.rows(`SELECT * FROM ${name}`)).map(toExactRow);
    return {
      types,
      rows: rows.map((row) => mapRow(row, (column, value) => readValue(types.get(column), value))),
    };
  } finally {
    database.close();
  }
}

function readValue(type: string | undefined, value: Exact): Exact {
  if (typeof value !== "string") return value;
  return type === "JSON" ? parseExact(value) : readInstant(type, value);
}

/** Both write instants in UTC, each with other marks around the digits. */
function readInstant(type: string | undefined, text: string): Exact {
  if (type !== "TIMESTAMP WITH TIME ZONE") return text;
  return new Date(text.replace(/ ?\+00(00)?$/, "Z").replace(" ", "T")).toISOString();
}

/** Snowflake's texts by the types that DuckDB has; columns by their names in any case. */
async function readSnowflake(
  warehouse: Warehouse,
  relation: string,
  types: Rows["types"],
): Promise<ExactRow[]> {
  const { columns, rows } = await warehouse.query(`SELECT * FROM analytics.${relation}`);
  const names = new Map([...types.keys()].map((name) => [name.toUpperCase(), name]));
  const found: ExactRow[] = [];
  for await (const row of rows) {
    const entries = columns.map((column, index) => {
      const name = names.get(column) ?? column;
      return [name, readText(types.get(name), row[index] ?? null)] as const;
    });
    found.push(Object.fromEntries(entries));
  }
  return found;
}

function readText(type: string | undefined, text: string | null): Exact {
  if (text === null || type === undefined) return text;
  if (/^(STRUCT|JSON)|\[\]$/.test(type)) return parseExact(text);
  if (/^(BIGINT|INTEGER|HUGEINT)$/.test(type)) return BigInt(text);
  if (type === "DOUBLE") return Number(text);
  return type === "BOOLEAN" ? text === "true" : readInstant(type, text);
}

function mapRow(row: ExactRow, change: (column: string, value: Exact) => Exact): ExactRow {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, change(column, value)]));
}
