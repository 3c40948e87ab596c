import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Database, openDatabase } from "../../src/adapters/duckdb/database.ts";
import { createGlueCatalog } from "../../src/adapters/glue-catalog/catalog.ts";
import { readHead } from "../../src/lake/heads.ts";
import { readManifest } from "../../src/lake/manifest.ts";
import type { Manifest } from "../../src/lake/types.ts";
import { identifier, literal } from "../../src/sql/render.ts";
import { runPipeline } from "../../src/tasks/run.ts";
import { createCatalogDouble } from "../doubles/glue/catalog/catalog.ts";
import { doubleCredentials, doubleRegion, startGlueDouble } from "../doubles/glue/double.ts";
import { day } from "../support/builders.ts";
import { createWorld } from "../support/world.ts";
import { type Block, readBlocks } from "./read-blocks.ts";

/** Days of the page's queries. */
export const days = ["2026-11-16", "2026-11-21", "2026-11-22"].map(day);

/** What Trino has and DuckDB has under another name, or in another order. */
const macros = [
  "CREATE MACRO json_extract_scalar(j, p) AS json_extract_string(j, p)",
  "CREATE MACRO json_parse(j) AS json(j)",
  "CREATE MACRO from_base(digits, radix) AS ('0x' || digits)::BIGINT",
  "CREATE MACRO from_unixtime(seconds) AS to_timestamp(seconds)",
];

export async function readQueries(): Promise<Block[]> {
  const page = await readFile(new URL("../../docs/athena.md", import.meta.url), "utf8");
  return readBlocks(page).filter(({ tag }) => tag === "sql");
}

/** A query in DuckDB's words. */
export function translate(sql: string): string {
  return sql.replaceAll("ARRAY(JSON)", "JSON[]");
}

export interface AthenaWorld {
  database: Database;
  manifests: Manifest[];
  close(): Promise<void>;
}

/** Days lifted and pointed by real runs; what the catalog says of them is all that is known of the files here. */
export async function createAthenaWorld(): Promise<AthenaWorld> {
  const half = createCatalogDouble();
  const double = await startGlueDouble({ operations: half.operations });
  const world = await createWorld({ lookbackDays: 10 });
  const catalog = createGlueCatalog({
    config: {
      ...{ type: "glue", region: doubleRegion, endpoint: double.endpoint, databasePrefix: "prod_" },
      ...{ crawler: null, tags: {} },
    },
    lake: { bucket: "lake", prefix: "" },
    environment: "prod",
    clock: world.clock,
    credentials: doubleCredentials,
  });
  for (const on of days) await world.arrive(on, { rows: 400 });
  const ports = { ...world.ports, catalog };
  await runPipeline(world.context({ ports }));
  const database = await openDatabase();
  for (const macro of macros) await database.run(macro);
  const table = half.model.databases.get("prod_analytics")!.tables.get("web_shop_events")!;
  const columns = (table.input.StorageDescriptor?.Columns ?? []).map(({ Name }) => identifier(Name).sql);
  const parts = [...table.partitions.values()].map(({ Values, StorageDescriptor }) => {
    const files = join(world.folder, String(StorageDescriptor?.Location).replace(/^s3:\//, ""), "*.parquet");
    const read = `read_parquet(${literal(files).sql}, filename = true, hive_partitioning = false)`;
    return `SELECT ${columns.join(", ")}, DATE ${literal(Values[0]!).sql} AS day, filename AS "$path" FROM ${read}`;
  });
  await database.run("CREATE SCHEMA prod_analytics");
  await database.run(`CREATE VIEW prod_analytics.web_shop_events AS ${parts.join(" UNION ALL ")}`);
  const { name } = world.pipeline;
  const { family } = world.pipeline.families[0]!;
  const manifests: Manifest[] = [];
  for (const on of days) {
    const stored = await readHead(world.ports.store, name, family, on);
    manifests.push((await readManifest(world.ports.store, name, family, on, stored!.head.generation))!);
  }
  return {
    database,
    manifests,
    async close() {
      database.close();
      await double.close();
    },
  };
}
