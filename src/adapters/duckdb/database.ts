import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from "@duckdb/node-api";

/** Settings of one DuckDB instance; sizes in bytes. */
export interface DatabaseOptions {
  /** `:memory:` or a file. */
  path?: string;
  readOnly?: boolean;
  memoryBytes?: number;
  threads?: number | null;
  /** Folder for spilled data, made by DuckDB where missing; null: below the system's, or beside the file. */
  spill?: string | null;
}

export type Row = Record<string, unknown>;

/** One instance with one connection. Integers arrive as bigint, never as a number that loses digits. */
export interface Database {
  readonly connection: DuckDBConnection;
  run(sql: string, values?: Record<string, DuckDBValue>): Promise<void>;
  /** All rows as objects; for answers that are small by nature. */
  rows(sql: string, values?: Record<string, DuckDBValue>): Promise<Row[]>;
  /** Ends the statement that runs now; it rejects. */
  interrupt(): void;
  close(): void;
}

/** Instances this process has opened; names their folders apart. */
let opened = 0;

/** Opens DuckDB with what every use of ours needs: UTC, no extensions from outside, bounded memory. */
export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const settings: Record<string, string> = {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    preserve_insertion_order: "false",
  };
  if (options.readOnly) settings.access_mode = "READ_ONLY";
  if (options.memoryBytes) settings.memory_limit = `${Math.floor(options.memoryBytes / 1_000_000)}MB`;
  if (options.threads) settings.threads = String(options.threads);
  // DuckDB's own choice for a database in memory is a folder in whatever the current folder is. Each instance has its
  // own: two that spill into one folder would write over each other's files.
  const inMemory = (options.path ?? ":memory:") === ":memory:";
  const spill =
    options.spill ?? (inMemory ? join(tmpdir(), `shardlift-spill-${process.pid}-${++opened}`) : null);
  if (spill) settings.temp_directory = spill;
  const instance = await DuckDBInstance.create(options.path ?? ":memory:", settings);
  const connection = await instance.connect();
  return {
    connection,
    async run(sql, values) {
      await connection.run(sql, values);
    },
    async rows(sql, values) {
      const reader = await connection.runAndReadAll(sql, values);
      return reader.getRowObjects() as Row[];
    },
    interrupt: () => connection.interrupt(),
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
