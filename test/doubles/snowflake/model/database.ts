import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { macros } from "../sql/functions.ts";

/** DuckDB behind the double: in memory, one connection a session. */
export interface ModelDatabase {
  connect(): Promise<DuckDBConnection>;
  close(): Promise<void>;
}

/** UTC, nothing from outside; threads are few because tests run side by side. */
export async function openModelDatabase(): Promise<ModelDatabase> {
  // What does not fit into memory goes there: a transaction holds its rows beside those that are committed.
  const spill = await mkdtemp(join(tmpdir(), "shardlift-double-spill-"));
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    threads: "2",
    memory_limit: "1GB",
    temp_directory: spill,
  });
  const first = await instance.connect();
  await first.run("CREATE SEQUENCE row_ids");
  for (const macro of macros) await first.run(`CREATE MACRO ${macro}`);
  first.closeSync();
  return {
    async connect() {
      const connection = await instance.connect();
      await connection.run("SET TimeZone = 'UTC'");
      return connection;
    },
    async close() {
      instance.closeSync();
      await rm(spill, { recursive: true, force: true });
    },
  };
}
