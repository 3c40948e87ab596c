import type { Partition as GluePartition } from "@aws-sdk/client-glue";
import type { Day } from "../../days/day.ts";
import type { Crawler, CrawlReport } from "../../ports.ts";
import type { CallGlue } from "./client.ts";
import { compareTypes } from "./compare-types.ts";
import { buildNotCrawled, findGone, readFolders, removePartitions } from "./crawled-partitions.ts";
import { type CrawlerPlan, planCrawler } from "./crawler-definition.ts";
import { type CrawlWait, readCrawler } from "./crawler-state.ts";
import { parseLocation } from "./locations.ts";
import type { GlueTable } from "./names.ts";
import { nameTable } from "./names.ts";
import type { GlueCatalogOptions } from "./options.ts";
import { readAllPartitions } from "./read-partitions.ts";
import { runCrawl } from "./run-crawl.ts";

/** How long other crawls and one of ours are waited for, ms. */
const crawlMs = 3_600_000;

/**
 * AWS names no limit of a crawler's include paths; this is what Glue takes of anything in one call. A day is one, so
 * that a backfill of years is several crawls.
 */
const maxFolders = 100;

/** Another command may give the crawler other folders between our update and our start. */
const maxCrawls = 3;

interface Crawling {
  options: GlueCatalogOptions;
  role: string;
  table: GlueTable;
  wait: Omit<CrawlWait, "deadlineMs">;
}

/** A Glue crawler over changed days. The readers' table never depends on it: crawlers add and delete in separate steps. */
export function createGlueCrawler(
  options: GlueCatalogOptions,
  role: string,
  beginCalls: () => CallGlue,
): Crawler {
  const { clock, config } = options;
  return {
    async run(tableName, days, signal) {
      const wait = { beginCalls, clock, signal };
      return crawlDays({ options, role, table: nameTable(tableName, config.databasePrefix), wait }, days);
    },
  };
}

async function crawlDays(crawling: Crawling, days: readonly Day[]): Promise<CrawlReport> {
  const { options, role, table } = crawling;
  const folders = await readReaders(crawling);
  const asked = days.flatMap((day) => folders.get(day) ?? []);
  if (asked.length === 0) return { differences: [] };
  const first = planCrawler(options, role, table, asked);
  const targets = [...new Set([...asked, ...(await findMissed(crawling, first, folders))])].sort();
  for (let from = 0; from < targets.length; from += maxFolders) {
    await crawlFolders(crawling, targets.slice(from, from + maxFolders));
  }
  return settleCrawled(crawling, first, new Set(targets));
}

/** One crawl, with as much time as each has; again where the folders were taken from it before it began. */
async function crawlFolders(crawling: Crawling, folders: readonly string[]): Promise<void> {
  const { options, role, table } = crawling;
  const wait = { ...crawling.wait, deadlineMs: options.clock.now() + crawlMs };
  const plan = planCrawler(options, role, table, folders);
  for (let crawl = 1; ; crawl += 1) {
    await runCrawl(wait, plan, options.config.region);
    const missing = findMissing(crawling, await readCrawled(crawling, plan), folders);
    if (missing.length === 0) return;
    if (crawl >= maxCrawls) throw buildNotCrawled(plan, missing);
  }
}

async function readReaders({ options, table, wait }: Crawling): Promise<Map<Day, string>> {
  return readFolders(options.lake, await readAllPartitions(wait.beginCalls(), table, "locations"));
}

function readCrawled({ wait }: Crawling, { crawled }: CrawlerPlan): Promise<GluePartition[]> {
  return readAllPartitions(wait.beginCalls(), crawled, "columns");
}

/** Days of the crawler's last folders that never came into its table: a crawl of theirs failed, or never was. */
async function findMissed(
  crawling: Crawling,
  plan: CrawlerPlan,
  folders: ReadonlyMap<Day, string>,
): Promise<string[]> {
  const { lake } = crawling.options;
  const known = await readCrawler(crawling.wait.beginCalls(), plan.name);
  const last = (known?.Targets?.S3Targets ?? []).flatMap(({ Path = "" }) => parseLocation(lake, Path) ?? []);
  if (last.length === 0) return [];
  const current = [...folders].flatMap(([day, folder]) =>
    last.some((one) => one.includes(`/day=${day}/`)) ? [folder] : [],
  );
  return findMissing(crawling, await readCrawled(crawling, plan), current);
}

function findMissing(
  { options }: Crawling,
  crawled: readonly GluePartition[],
  folders: readonly string[],
): string[] {
  const there = new Set(
    crawled.map(({ StorageDescriptor }) => parseLocation(options.lake, StorageDescriptor?.Location ?? "")),
  );
  return folders.filter((folder) => !there.has(folder));
}

/** Takes out what is gone by now, and compares types of what was looked through. */
async function settleCrawled(
  crawling: Crawling,
  plan: CrawlerPlan,
  targets: ReadonlySet<string>,
): Promise<CrawlReport> {
  const { options, table, wait } = crawling;
  const { lake } = options;
  const readers = await readAllPartitions(wait.beginCalls(), table, "columns");
  const crawled = await readCrawled(crawling, plan);
  const gone = findGone(lake, crawled, readFolders(lake, readers));
  await removePartitions(wait.beginCalls(), plan.crawled, gone);
  const isTarget = ({ StorageDescriptor }: GluePartition) =>
    targets.has(parseLocation(lake, StorageDescriptor?.Location ?? "") ?? "");
  return { differences: compareTypes(lake, readers.filter(isTarget), crawled.filter(isTarget)) };
}
