import { createHash } from "node:crypto";
import { blobValue } from "@duckdb/node-api";
import type { Database } from "./database.ts";

const blockBytes = 64;

/**
 * Binds the two padded blocks of HMAC-SHA-256, which DuckDB lacks, as variables of this connection. The key itself
 * is in no statement, so no error and no log can show it.
 */
export async function bindHashKey(database: Database, key: Uint8Array): Promise<void> {
  const { inner, outer } = buildPads(key);
  await database.run(
    "CREATE OR REPLACE TEMP TABLE hash_key AS SELECT $inner::BLOB AS hash_inner, $outer::BLOB AS hash_outer",
    {
      inner: blobValue(inner),
      outer: blobValue(outer),
    },
  );
  await database.run("SET VARIABLE hash_inner = (SELECT hash_inner FROM hash_key)");
  await database.run("SET VARIABLE hash_outer = (SELECT hash_outer FROM hash_key)");
  await database.run("DROP TABLE hash_key");
}

/** RFC 2104: keys longer than a block are hashed first, shorter ones filled with zeros. */
export function buildPads(key: Uint8Array): { inner: Uint8Array; outer: Uint8Array } {
  const short = key.length > blockBytes ? createHash("sha256").update(key).digest() : key;
  const block = new Uint8Array(blockBytes);
  block.set(short);
  return { inner: block.map((byte) => byte ^ 0x36), outer: block.map((byte) => byte ^ 0x5c) };
}
