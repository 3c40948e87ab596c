import type { DatabaseSync } from "node:sqlite";
import { ShardliftError } from "../../errors.ts";

/** Opens the file with no waiting inside SQLite: waiting there would block the event loop. */
export function openLockDatabase(path: string): DatabaseSync {
  const sqlite = withoutSqliteWarning(() => process.getBuiltinModule("node:sqlite"));
  if (sqlite === undefined) {
    throw new ShardliftError("config", {
      failed: "A lake in a folder cannot be locked: this Node has no node:sqlite.",
      rule: "Shardlift runs on Node 22.13 or newer.",
      received: `Node ${process.versions.node}`,
      remedy: "Install a newer Node and run the same command again.",
    });
  }
  return new sqlite.DatabaseSync(path, { timeout: 0 });
}

/** Some releases of Node warn on loading SQLite that it is experimental; that one warning is swallowed, no other. */
export function withoutSqliteWarning<T>(load: () => T): T {
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    const text = typeof warning === "string" ? warning : warning.message;
    if (!text.startsWith("SQLite is an experimental feature")) {
      Reflect.apply(emitWarning, process, [warning, ...rest]);
    }
  };
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
