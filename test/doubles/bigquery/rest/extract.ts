import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase } from "../../../../src/adapters/duckdb/database.ts";
import { parseSchema } from "../../../../src/adapters/files/parse-schema.ts";
import type { Field } from "../../../../src/days/schema.ts";
import { identifier, literal } from "../../../../src/sql/render.ts";
import { renderType } from "../../../../src/sql/types.ts";
import type { ApiExtract } from "../api-types.ts";
import type { BigQueryWorld, TableState } from "../world.ts";

/**
 * Puts a table's rows as Parquet into a bucket; `*` becomes 000000000000, 000000000001, …
 * @returns number of files; a table without rows has one
 */
export async function runExtract(
  world: BigQueryWorld,
  table: TableState,
  extract: ApiExtract,
): Promise<number> {
  const [, bucket = "", path = ""] = /^gs:\/\/([^/]+)\/(.+)$/.exec(extract.destinationUris?.[0] ?? "") ?? [];
  const count = Math.max(1, Math.ceil(Number(table.rows) / world.rowsPerFile));
  const folder = await mkdtemp(join(tmpdir(), "shardlift-bigquery-"));
  const database = await openDatabase({ threads: 1, memoryBytes: 512_000_000 });
  try {
    for (let part = 0; part < count; part++) {
      const file = join(folder, String(part));
      await writePart(database, world, table, extract, part, file);
      const name = path.replace("*", String(part).padStart(12, "0"));
      const object = {
        body: await readFile(file),
        createdMs: world.clock.now(),
        generation: world.clock.now() + part,
      };
      world.buckets.get(bucket)!.objects.set(name, object);
    }
  } finally {
    database.close();
    await rm(folder, { recursive: true, force: true });
  }
  return count;
}

const codecs: Record<string, string> = {
  NONE: "uncompressed",
  SNAPPY: "snappy",
  GZIP: "gzip",
  ZSTD: "zstd",
};

async function writePart(
  database: Database,
  { rowsPerFile }: BigQueryWorld,
  { files, schema }: TableState,
  { compression = "NONE" }: ApiExtract,
  part: number,
  path: string,
): Promise<void> {
  const list = files.map((file) => literal(file).sql).join(", ");
  await database.run("SET TimeZone = 'UTC'");
  const columns = readFields(schema).map(
    (field) => `${identifier(field.name).sql}::${renderExtracted(field)} AS ${identifier(field.name).sql}`,
  );
  const rows = `SELECT ${columns.join(", ") || "*"} FROM read_parquet([${list}]) LIMIT ${rowsPerFile} OFFSET ${part * rowsPerFile}`;
  await database.run(
    `COPY (${rows}) TO ${literal(path).sql} (FORMAT parquet, COMPRESSION ${codecs[compression]})`,
  );
}

function readFields(schema: TableState["schema"]): Field[] {
  const parsed = parseSchema(schema);
  return "fields" in parsed ? parsed.fields : [];
}

/** As documented ("Parquet export details"): a TIMESTAMP has no zone, and a TIME has UTC's. */
function renderExtracted(field: Field): string {
  return renderType(field)
    .replaceAll(/(?<!")\bTIME\b(?! ZONE|")/g, "TIMETZ")
    .replaceAll("TIMESTAMP WITH TIME ZONE", "TIMESTAMP");
}
