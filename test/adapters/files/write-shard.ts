import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openDatabase } from "../../../src/adapters/duckdb/database.ts";
import type { DataFormat } from "../../../src/adapters/files/file-name.ts";
import type { Field } from "../../../src/days/schema.ts";
import { identifier, literal } from "../../../src/sql/render.ts";
import { renderType } from "../../../src/sql/types.ts";

/** A fresh folder for one test. */
export function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "shardlift-files-"));
}

/**
 * Writes one part of a shard (and the schema file where the format needs one) as an export would.
 * @param rows objects in JSON's form, as BigQuery writes them
 */
export async function writePart(
  folder: string,
  name: string,
  format: DataFormat,
  schema: readonly Field[],
  rows: readonly object[],
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.${format}`);
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  if (format === "parquet") await writeParquet(folder, path, schema, lines);
  else await writeFile(path, format === "jsonl" ? lines : gzipSync(lines));
  if (format !== "parquet") await writeFile(join(folder, `${name}.schema.json`), JSON.stringify(schema));
  return path;
}

async function writeParquet(
  folder: string,
  path: string,
  schema: readonly Field[],
  lines: string,
): Promise<void> {
  const source = join(folder, ".rows");
  await writeFile(source, lines);
  const columns = schema.map((field) => `${identifier(field.name).sql}: ${literal(renderType(field)).sql}`);
  const rows = `read_json(${literal(source).sql}, format = 'newline_delimited', columns = {${columns.join(", ")}})`;
  await copyToParquet(`SELECT * FROM ${rows}`, path);
}

/** Writes the answer of a query as Parquet. */
export async function copyToParquet(query: string, path: string): Promise<void> {
  const database = await openDatabase({ threads: 1 });
  await database.run(`COPY (${query}) TO ${literal(path).sql} (FORMAT parquet)`);
  database.close();
}
