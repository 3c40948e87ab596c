import type { DuckDBConnection } from "@duckdb/node-api";
import type { Table } from "./catalog.ts";
import { type LoadedFile, remember } from "./load-metadata.ts";
import type { LockOwner } from "./locks.ts";
import { quote } from "./names.ts";

/**
 * What one transaction has done to a table and nobody else sees: rows it added (or changed: those keep their row ids)
 * and ids of rows it took away, in temporary tables of the session's connection. DuckDB's own transactions see one
 * snapshot from their beginning; Snowflake's are read committed, each statement sees what is committed when it begins.
 */
export interface Overlay {
  table: Table;
  added: string;
  removed: string;
  loaded: Map<string, LoadedFile>;
}

export interface Transaction extends LockOwner {
  id: number;
  /** By the table's storage. */
  overlays: Map<string, Overlay>;
  /** Autocommit: ends with its statement. */
  isImplicit: boolean;
}

/** Tells rows apart, since no key does; nobody who asks sees it. */
export const rowId = "__row_id";

/** The overlay of a table, made where it is missing. */
export async function openOverlay(
  connection: DuckDBConnection,
  transaction: Transaction,
  table: Table,
): Promise<Overlay> {
  const known = transaction.overlays.get(table.storage);
  if (known !== undefined) return known;
  const overlay: Overlay = {
    table,
    added: `temp.${quote(`added ${transaction.id} ${table.storage}`)}`,
    removed: `temp.${quote(`removed ${transaction.id} ${table.storage}`)}`,
    loaded: new Map(),
  };
  await connection.run(`CREATE TEMP TABLE ${overlay.added} AS FROM ${table.storage} LIMIT 0`);
  await connection.run(`CREATE TEMP TABLE ${overlay.removed} (${rowId} BIGINT)`);
  transaction.overlays.set(table.storage, overlay);
  return overlay;
}

/** A table as the transaction sees it now, row ids included; columns by name, so that it may have grown meanwhile. */
export function renderVisible(table: Table, transaction: Transaction | null): string {
  const overlay = transaction?.overlays.get(table.storage);
  if (overlay === undefined) return `(FROM ${table.storage})`;
  const base = `SELECT * FROM ${table.storage} WHERE ${rowId} NOT IN (FROM ${overlay.removed})`;
  return `(${base} UNION ALL BY NAME SELECT * FROM ${overlay.added})`;
}

/** Rows that a statement takes away or puts in the place of others: with their row ids, in temporary tables. */
export interface RowChange {
  /** Query of row ids that go. */
  removed: string | null;
  /** Query of rows that come, with row ids: known ones replace, new ones are added. */
  added: string | null;
}

/** Rows that the statement would add, between its two halves. */
export const stagedRows = 'temp."statement adds"';
const staged = { removed: 'temp."statement removes"', added: stagedRows };

/** The first half of a statement: what it will do, by what it sees now. */
export async function stageChange(connection: DuckDBConnection, change: RowChange): Promise<void> {
  await dropStaged(connection);
  await connection.run(
    `CREATE TEMP TABLE ${staged.removed} AS SELECT * FROM (${change.removed ?? "SELECT NULL::BIGINT LIMIT 0"}) AS gone(${rowId})`,
  );
  if (change.added !== null) await connection.run(`CREATE TEMP TABLE ${staged.added} AS ${change.added}`);
}

async function dropStaged(connection: DuckDBConnection): Promise<void> {
  await connection.run(`DROP TABLE IF EXISTS ${staged.removed}`);
  await connection.run(`DROP TABLE IF EXISTS ${staged.added}`);
}

/** The second half: it becomes the transaction's own. @returns rows that went and rows that came */
export async function applyStaged(
  connection: DuckDBConnection,
  overlay: Overlay,
  change: RowChange,
): Promise<{ removed: number; added: number }> {
  const ids = `(FROM ${staged.removed})`;
  const count = async (sql: string) => Number((await connection.runAndReadAll(sql)).getRows()[0]?.[0] ?? 0);
  const removed = await count(`SELECT count(*) FROM ${staged.removed}`);
  const added = change.added === null ? 0 : await count(`SELECT count(*) FROM ${staged.added}`);
  await atOnce(connection, [
    `DELETE FROM ${overlay.added} WHERE ${rowId} IN ${ids}`,
    `INSERT INTO ${overlay.removed} FROM ${staged.removed}`,
    ...(change.added === null ? [] : [`INSERT INTO ${overlay.added} BY NAME FROM ${staged.added}`]),
  ]);
  await dropStaged(connection);
  return { removed, added };
}

async function atOnce(connection: DuckDBConnection, statements: readonly string[]): Promise<void> {
  await connection.run("BEGIN");
  try {
    for (const statement of statements) await connection.run(statement);
    await connection.run("COMMIT");
  } catch (error) {
    await connection.run("ROLLBACK").catch(() => {});
    throw error;
  }
}

/** COMMIT: all or nothing, on the newest rows. A changed row that is gone meanwhile is not brought back. */
export async function mergeOverlays(connection: DuckDBConnection, transaction: Transaction): Promise<void> {
  const statements = [...transaction.overlays.values()].flatMap(({ table: { storage }, added, removed }) => [
    `DELETE FROM ${added} WHERE ${rowId} IN (FROM ${removed}) AND ${rowId} NOT IN (SELECT ${rowId} FROM ${storage})`,
    `DELETE FROM ${storage} WHERE ${rowId} IN (FROM ${removed})`,
    `INSERT INTO ${storage} BY NAME FROM ${added}`,
  ]);
  await atOnce(connection, statements);
  for (const { table, loaded } of transaction.overlays.values()) remember(table.loads, loaded);
}

export async function dropOverlays(connection: DuckDBConnection, transaction: Transaction): Promise<void> {
  for (const { added, removed } of transaction.overlays.values()) {
    await connection.run(`DROP TABLE IF EXISTS ${added}`);
    await connection.run(`DROP TABLE IF EXISTS ${removed}`);
  }
  transaction.overlays.clear();
}
