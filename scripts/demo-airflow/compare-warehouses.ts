import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase } from "../../src/adapters/duckdb/database.ts";
import { identifier, literal } from "../../src/sql/render.ts";

export interface TableComparison {
  /** `analytics.web_shop_events_all` */
  table: string;
  rows: number;
  /** Rows that one of the two does not have, however often. */
  differences: number;
}

/**
 * What two liftings of one source may differ in: ids and times of their attempts. Whether there is a generation must
 * be the same.
 */
const ownIds = ["hot_generation", "cold_generation", "generation", "_generation"];
const ownOrders = ["hot_sequence", "cold_sequence", "loaded_at"];

/** Bookkeeping whose rows are names of generations alone. */
const ownTables = /_(files|lock|schemas)$/;

/** Compares every table and view that people read, all values of all rows, as multisets. Both files must be free. */
export async function compareWarehouses(ours: string, theirs: string): Promise<TableComparison[]> {
  const folder = await mkdtemp(join(tmpdir(), "shardlift-compare-"));
  const database = await openDatabase({ threads: 2 });
  try {
    const left = await exportTables(ours, folder, "left");
    const right = await exportTables(theirs, folder, "right");
    const compared: TableComparison[] = [];
    for (const table of new Set([...left.keys(), ...right.keys()])) {
      compared.push(await compareTable(database, table, [left.get(table), right.get(table)]));
    }
    return compared;
  } finally {
    database.close();
    await rm(folder, { recursive: true });
  }
}

/** What one side shows of a table, in a file. */
interface Exported {
  file: string;
  columns: string[];
}

/** Views bind only in the file that they stand in, so each warehouse writes what it shows. */
async function exportTables(path: string, folder: string, side: string): Promise<Map<string, Exported>> {
  const database = await openDatabase({ path, readOnly: true, threads: 2 });
  const exported = new Map<string, Exported>();
  try {
    for (const { schema, name, columns } of await listTables(database)) {
      const file = join(folder, `${side}-${exported.size}.parquet`);
      const place = `${identifier(schema).sql}.${identifier(name).sql}`;
      const select = `SELECT ${columns.map(renderColumn).join(", ")} FROM ${place}`;
      await database.run(`COPY (${select}) TO ${literal(file).sql} (FORMAT parquet)`);
      exported.set(`${schema}.${name}`, { file, columns });
    }
  } finally {
    database.close();
  }
  return exported;
}

/** Columns by name: in which order they came depends on which day was lifted first. */
async function listTables(
  database: Database,
): Promise<{ schema: string; name: string; columns: string[] }[]> {
  const rows = await database.rows(`
    SELECT table_schema, table_name, to_json(list(column_name ORDER BY column_name))::VARCHAR AS columns
    FROM information_schema.columns GROUP BY ALL ORDER BY ALL`);
  const tables = rows.map(({ table_schema, table_name, columns }) => ({
    schema: String(table_schema),
    name: String(table_name),
    columns: (JSON.parse(String(columns)) as string[]).filter((column) => !ownOrders.includes(column)),
  }));
  return tables.filter(({ name }) => !ownTables.test(name));
}

function renderColumn(column: string): string {
  const name = identifier(column).sql;
  return ownIds.includes(column) ? `${name} IS NOT NULL AS ${name}` : name;
}

async function compareTable(
  database: Database,
  table: string,
  [left, right]: readonly [Exported | undefined, Exported | undefined],
): Promise<TableComparison> {
  const read = ({ file }: Exported) => `SELECT * FROM read_parquet(${literal(file).sql})`;
  const [counted] = await database.rows(`SELECT count(*) AS n FROM (${read((left ?? right)!)})`);
  const rows = Number(counted?.n);
  const isComparable = left && right && JSON.stringify(left.columns) === JSON.stringify(right.columns);
  if (!isComparable) return { table, rows, differences: Math.max(rows, 1) };
  const [found] = await database.rows(`
    SELECT (SELECT count(*) FROM (${read(left)} EXCEPT ALL ${read(right)}))
      + (SELECT count(*) FROM (${read(right)} EXCEPT ALL ${read(left)})) AS n`);
  return { table, rows, differences: Number(found?.n) };
}
