import { existsSync } from "node:fs";
import { type DuckDBConnection, type DuckDBResult, StatementType } from "@duckdb/node-api";
import { ShardliftError } from "../../errors.ts";
import type { QueryResult } from "../../ports.ts";
import { translateQueryError } from "./warehouse-errors.ts";
import type { Sessions } from "./warehouse-session.ts";

/**
 * Runs a person's statement on the file opened read-only. The file is held until the rows were read to their end or
 * left; `onOpen` is told how to let go of it before that.
 */
export async function runQuery(
  sessions: Sessions,
  sql: string,
  location: string,
  onOpen: (release: () => void) => void,
): Promise<QueryResult> {
  if (!existsSync(location)) throw buildMissingError(location);
  const session = await sessions.open("read");
  onOpen(session.release);
  try {
    const { connection } = session.database;
    await refuseWrites(connection, sql);
    const result = await connection.stream(sql);
    return { columns: result.columnNames(), rows: readRows(result, session.release) };
  } catch (error) {
    session.release();
    throw translateQueryError(error);
  }
}

const reading: ReadonlySet<StatementType> = new Set([StatementType.SELECT, StatementType.EXPLAIN]);

/** The file is opened read-only, but COPY, EXPORT and ATTACH would still write or open other files. */
async function refuseWrites(connection: DuckDBConnection, sql: string): Promise<void> {
  if (sql.trim() === "") throw new ShardliftError("usage", { failed: "There is no statement to answer." });
  const statements = await connection.extractStatements(sql);
  for (let index = 0; index < statements.count; index += 1) {
    const prepared = await statements.prepare(index);
    const type = prepared.statementType;
    prepared.destroySync();
    if (reading.has(type)) continue;
    throw new ShardliftError("usage", {
      failed: "The query was refused.",
      rule: "query only reads: SELECT, WITH, SHOW, DESCRIBE, SUMMARIZE and EXPLAIN",
      received: `a statement of type ${StatementType[type]}`,
      remedy: "write the answer elsewhere with your shell: shardlift query --json … > file",
    });
  }
}

async function* readRows(result: DuckDBResult, release: () => void): AsyncGenerator<(string | null)[]> {
  try {
    for await (const rows of result.yieldRows()) {
      for (const row of rows) yield row.map((value) => (value === null ? null : String(value)));
    }
  } catch (error) {
    throw translateQueryError(error);
  } finally {
    release();
  }
}

function buildMissingError(location: string): ShardliftError {
  return new ShardliftError("config", {
    failed: `There is no warehouse at ${location} yet.`,
    rule: "the file is made by the first load",
    remedy: "run the pipeline first, or check the environment's warehouse path",
  });
}
