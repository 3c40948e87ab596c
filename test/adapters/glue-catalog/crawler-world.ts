import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../../src/adapters/duckdb/database.ts";
import type { Day } from "../../../src/days/day.ts";
import type { Column } from "../../../src/days/schema.ts";
import { literal } from "../../../src/sql/render.ts";
import { crawlerRole, createGlueWorld, type GlueWorld, prefix, table } from "./glue-world.ts";

export const signal = new AbortController().signal;
export const crawledName = "web_shop_events_crawled_ga4_events";

export interface CrawlerWorld extends GlueWorld {
  /** A generation's file on the double's S3, and the day's partition at it. */
  commit(day: Day, generation: string, select: string, columns: Column[]): Promise<void>;
  crawl(...days: Day[]): ReturnType<NonNullable<GlueWorld["catalog"]["crawler"]>["run"]>;
  /** Partitions of the crawler's own table, as `2026-11-20 g1`. */
  listCrawled(): string[];
  /** Folders that the crawler was given last. */
  listTargets(): string[];
}

export async function createCrawlerWorld(): Promise<CrawlerWorld> {
  const root = await mkdtemp(join(tmpdir(), "shardlift-crawler-"));
  const world = await createGlueWorld({ bucketsRoot: root, crawler: { role: crawlerRole } });
  const crawled = () => world.model.databases.get("prod_analytics")?.tables.get(crawledName);
  return {
    ...world,
    async commit(day, generation, select, columns) {
      const folder = `${prefix}day=${day}/generation=${generation}/`;
      await writeParquet(join(root, "shop-lake/raw/ga", folder), select);
      await world.catalog.prepare(table, columns, prefix);
      await world.catalog.point(table, [{ day, prefix: folder }]);
    },
    crawl: (...days) => world.catalog.crawler!.run(table, days, signal),
    listCrawled: () =>
      [...(crawled()?.partitions.values() ?? [])].map(({ Values }) => Values.join(" ")).sort(),
    listTargets() {
      const [crawler] = world.model.crawlers.values();
      const { S3Targets } = crawler!.definition.Targets as { S3Targets: { Path: string }[] };
      return S3Targets.map(({ Path }) => Path.replace(/^.*day=(.*)\/generation=(.*)\/$/, "$1 $2"));
    },
    async close() {
      await world.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function writeParquet(folder: string, select: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const database = await openDatabase();
  try {
    await database.run(`COPY (${select}) TO ${literal(join(folder, "00000.parquet")).sql} (FORMAT parquet)`);
  } finally {
    database.close();
  }
}
