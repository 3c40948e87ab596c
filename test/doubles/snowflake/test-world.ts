import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Connection, ConnectionOptions } from "snowflake-sdk";
import { type Database, openDatabase } from "../../../src/adapters/duckdb/database.ts";
import { fragment, renderSql } from "../../../src/sql/render.ts";
import { readStatement } from "../../../src/sql/statements.ts";
import { type DoubleOptions, type SnowflakeDouble, startSnowflake } from "./double.ts";
import { type Answer, connect, createKeys, destroy, execute, type Row } from "./driver.ts";

/** Made once: they take longer than a double takes to start. */
export const keys = createKeys();

/** One signed-in driver. */
export interface DriverClient {
  connection: Connection;
  run(sql: string, binds?: (string | number | null)[]): Promise<Row[]>;
  end(): Promise<void>;
}

export interface DoubleWorld {
  double: SnowflakeDouble;
  options(more?: Partial<ConnectionOptions>): ConnectionOptions;
  open(more?: Partial<ConnectionOptions>): Promise<DriverClient>;
  /** Writes a Parquet file into the lake's folder from a query of DuckDB's. @param modifiedMs of the file */
  write(key: string, query: string, modifiedMs?: number): Promise<void>;
  /** Writes anything else into the lake's folder. */
  writeText(key: string, text: string): Promise<void>;
  /** Takes a file away. */
  remove(key: string): Promise<void>;
  end(): Promise<void>;
}

/** A double over a fresh folder, or the one given, with one warehouse, one stage and one user. */
export async function createDoubleWorld({
  folder: given,
  ...more
}: Partial<DoubleOptions> & { folder?: string } = {}): Promise<DoubleWorld> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), "shardlift-double-")));
  const double = await startSnowflake({
    users: { LOADER: { publicKey: keys.publicKey, roles: ["SHARDLIFT"] } },
    mounts: [{ url: "s3://lake/", folder }],
    warehouses: ["WH"],
    stages: [{ name: "DB.PUBLIC.LAKE", url: "s3://lake/" }],
    fileFormats: ["DB.PUBLIC.PARQUET"],
    ...more,
  });
  let writer: Promise<Database> | undefined;
  const options = (changed: Partial<ConnectionOptions> = {}): ConnectionOptions => ({
    account: "acct",
    username: "loader",
    authenticator: "SNOWFLAKE_JWT",
    privateKey: keys.privateKey,
    accessUrl: double.url,
    database: "db",
    schema: "public",
    warehouse: "wh",
    ...changed,
  });
  return {
    double,
    options,
    open: async (changed) => wrap(await connect(options(changed))),
    async writeText(key, text) {
      await mkdir(dirname(join(folder, key)), { recursive: true });
      await writeFile(join(folder, key), text);
    },
    remove: (key) => rm(join(folder, key)),
    write: async (key, query, modifiedMs) => {
      writer ??= openDatabase({ threads: 1 });
      await writeParquet(await writer, join(folder, key), query, modifiedMs);
    },
    async end() {
      (await writer)?.close();
      await double.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function wrap(connection: Connection): DriverClient {
  return {
    connection,
    run: async (sql, binds) => {
      const answer: Answer = await execute(connection, sql, binds === undefined ? {} : { binds });
      return answer.rows;
    },
    end: () => destroy(connection),
  };
}

async function writeParquet(
  database: Database,
  path: string,
  query: string,
  modifiedMs?: number,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await database.run(`COPY (${query}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
  if (modifiedMs !== undefined) await utimes(path, modifiedMs / 1000, modifiedMs / 1000);
}

/** One of sql/snowflake with its places filled. */
export function render(name: string, places: Record<string, string> = {}): string {
  const values = Object.fromEntries(Object.entries(places).map(([place, sql]) => [place, fragment(sql)]));
  return renderSql(readStatement(`snowflake/${name}`), values);
}

export const hot = '"DB"."PUBLIC"."HOT"';
export const ledger = '"DB"."PUBLIC"."HOT_LEDGER"';
export const lock = '"DB"."PUBLIC"."HOT_LOCK"';
export const files = '"DB"."PUBLIC"."HOT_FILES"';

/** Hot table, ledger, lock row and inventory. */
export async function createTables({ run }: DriverClient): Promise<void> {
  const columns = `"_DAY" DATE COMMENT '', "_GENERATION" VARCHAR COMMENT '', "EVENT_ID" VARCHAR COMMENT '', "PARAMS" OBJECT COMMENT ''`;
  await run(render("create-hot", { hot, columns, clustering: "" }));
  await run(render("create-ledger", { ledger }));
  await run(render("create-lock", { lock }));
  await run(render("fill-lock", { lock }));
  await run(render("create-files", { files, stage: '@"DB"."PUBLIC"."LAKE"/' }));
}

/** Folder of a generation. */
export const folderOf = (day: string, generation: string): string =>
  `shop/events/day=${day}/generation=${generation}/`;

/** Rows of a generation as a query of DuckDB's. */
export function buildRows(day: string, generation: string, count: number): string {
  return `SELECT DATE '${day}' AS _day, '${generation}' AS _generation, '${generation}-' || i AS event_id, '{"n":' || (9218924040658817653 - i) || '}' AS params FROM range(${count}) AS r(i)`;
}

/** COPY of files of one generation, as Shardlift says it. */
export function renderCopy(day: string, generation: string, names: string[]): string {
  return render("copy", {
    hot,
    names: '"_DAY", "_GENERATION", "EVENT_ID", "PARAMS"',
    values:
      '$1:"_day"::DATE, $1:"_generation"::VARCHAR, $1:"event_id"::VARCHAR, PARSE_JSON($1:"params"::VARCHAR)::OBJECT',
    stage: `@"DB"."PUBLIC"."LAKE"/${folderOf(day, generation)}`,
    files: names.map((name) => `'${name}'`).join(", "),
  });
}

/** Rows of the hot table, by generation. */
export async function countHot(client: DriverClient): Promise<Record<string, number>> {
  const rows = await client.run(
    `SELECT _generation AS g, COUNT(*) AS n FROM hot GROUP BY _generation ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ G, N }) => [String(G), Number(N)]));
}
