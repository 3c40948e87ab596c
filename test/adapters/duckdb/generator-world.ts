import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openDatabase, type Row } from "../../../src/adapters/duckdb/database.ts";
import { type GeneratedShard, generateShard } from "../../../src/adapters/duckdb/generator.ts";
import type { Day } from "../../../src/days/day.ts";
import { families } from "../../../src/days/families.ts";
import type { ShardWish } from "../../../src/generate/shard-spec.ts";
import { identifier, literal } from "../../../src/sql/render.ts";
import { renderType } from "../../../src/sql/types.ts";

/** A fresh folder, removed with the test. */
export async function makeRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "shardlift-generate-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return root;
}

/** A GA4 shard of 1,000 rows in a fresh folder, but for what the wish says. */
export async function makeShard(wish: Partial<ShardWish> = {}): Promise<GeneratedShard> {
  const complete = { family: "ga4_events", day: "2026-11-20" as Day, ...wish } as const;
  return generateShard(complete, { root: await makeRoot(), dataset: "analytics_1" });
}

/** Answers a query in which `$name` stands for the rows of the shard `name`. */
export async function query(shards: Record<string, GeneratedShard>, sql: string): Promise<Row[]> {
  const database = await openDatabase({ threads: 2 });
  try {
    return await database.rows(sql.replace(/\$(\w+)/g, (_, name: string) => renderScan(shards[name]!)));
  } finally {
    database.close();
  }
}

/** Reads JSON with the types of the shard's schema, so that both formats give the same columns. */
function renderScan({ spec, files, schema }: GeneratedShard): string {
  const paths = `[${files.map(({ path }) => literal(path).sql).join(", ")}]`;
  if (spec.format === "parquet") return `read_parquet(${paths})`;
  const columns = schema.map((field) => `${identifier(field.name).sql}: ${literal(renderType(field)).sql}`);
  return `read_json(${paths}, format = 'newline_delimited', columns = { ${columns.join(", ")} })`;
}

/** SQL of what identifies a row: the family's columns, and the sorted pairs where they are part of it. */
export function renderIdentity({ spec, schema }: GeneratedShard): string {
  const { columns, join: joined } = families[spec.family].identity;
  const has = (name: string) => schema.some((field) => field.name === name);
  const parts = columns.map((name) => (has(name) ? identifier(name).sql : "NULL"));
  if (joined) {
    const pairs = `list_sort(${identifier(joined.column).sql})`;
    const absent = has(joined.whenNull) ? `${identifier(joined.whenNull).sql} IS NULL` : "true";
    parts.push(`CASE WHEN ${absent} THEN ${pairs} END`);
  }
  return `md5(row(${parts.join(", ")})::VARCHAR)`;
}

/** SQL of all values of a row; lists of pairs sorted, since their order means nothing. */
export function renderContent({ spec, schema }: GeneratedShard, without: readonly string[] = []): string {
  const unordered = families[spec.family].keyValues.map(({ path }) => path);
  const values = schema
    .filter(({ name }) => !without.includes(name))
    .map(({ name }) =>
      unordered.includes(name) ? `list_sort(${identifier(name).sql})` : identifier(name).sql,
    );
  return `md5(row(${values.join(", ")})::VARCHAR)`;
}
