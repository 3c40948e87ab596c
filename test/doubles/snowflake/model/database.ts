import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { macros } from "../sql/functions.ts";

/** DuckDB behind the double: in memory, one connection a session. */
export interface ModelDatabase {
  connect(): Promise<DuckDBConnection>;
  close(): void;
}

/** UTC, nothing from outside; threads are few because tests run side by side. */
export async function openModelDatabase(): Promise<ModelDatabase> {
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    threads: "2",
    memory_limit: "1GB",
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
    close: () => instance.closeSync(),
  };
}
