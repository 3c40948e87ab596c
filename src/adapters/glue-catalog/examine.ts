import type { Crawler as GlueCrawler } from "@aws-sdk/client-glue";
import type { TableName } from "../../config/types.ts";
import { ShardliftError } from "../../errors.ts";
import { type ExaminedStep, tryStep } from "../examine-step.ts";
import { type CallGlue, createGlueCalls } from "./client.ts";
import { type CrawlerPlan, planCrawler } from "./crawler-definition.ts";
import { readCrawler } from "./crawler-state.ts";
import { hasName } from "./errors.ts";
import { checkForm } from "./judge-table.ts";
import { renderLocation } from "./locations.ts";
import { type GlueTable, nameTable } from "./names.ts";
import type { GlueCatalogOptions } from "./options.ts";
import { readTable } from "./prepare.ts";
import { renderLogLink } from "./run-crawl.ts";

/** One family's table, and where in the lake its days are. */
export interface FamilyTable {
  table: TableName;
  /** `web-shop/ga4_events/` */
  prefix: string;
}

/**
 * Looks at each family's table and its crawler, and changes neither: what is missing yet is made by `crawl`. Whether the
 * role may make and change them, only a change could tell.
 */
export async function* examineGlueCatalog(
  options: GlueCatalogOptions,
  families: readonly FamilyTable[],
): AsyncGenerator<ExaminedStep> {
  const { config, signal } = options;
  const beginCalls = createGlueCalls(options);
  const { crawler } = config;
  for (const { table, prefix } of families) {
    const named = nameTable(table, config.databasePrefix);
    yield await tryStep("catalog", () => lookAtTable(beginCalls(), options, named, prefix), signal);
    if (crawler === null) continue;
    const plan = planCrawler(options, crawler.role, named, [prefix]);
    yield await tryStep("crawler", () => lookAtCrawler(beginCalls(), plan, config.region), signal);
  }
}

async function lookAtTable(
  call: CallGlue,
  { config, lake }: GlueCatalogOptions,
  table: GlueTable,
  prefix: string,
): Promise<string> {
  const place = `${table.title} in Glue, ${config.region}`;
  const found = await readTable(call, table);
  if (found === null) return `${place}: not there yet; crawl makes it with the first day`;
  checkForm(found, { table, lake, columns: [], prefix });
  await tryPartitions(call, table);
  const columns = found.StorageDescriptor?.Columns?.length ?? 0;
  return `${place}: ${columns} columns, a partition a day, over ${renderLocation(lake, prefix)}; partitions can be read`;
}

/** Both ways in which days are looked up, each a right of its own. */
async function tryPartitions(call: CallGlue, { database, name, title }: GlueTable): Promise<void> {
  const at = { DatabaseName: database, TableName: name };
  await call(`The partitions of ${title} could not be read in Glue.`, async (glue, options) => {
    await glue.getPartitions({ ...at, MaxResults: 1, ExcludeColumnSchema: true }, options);
    await glue.batchGetPartition({ ...at, PartitionsToGet: [{ Values: ["2000-01-01"] }] }, options);
  });
}

async function lookAtCrawler(call: CallGlue, plan: CrawlerPlan, region: string): Promise<string> {
  const crawler = await readCrawler(call, plan.name);
  if (crawler === null)
    return `${plan.name}: not there yet; crawl makes it, with the role ${plan.definition.Role}`;
  await tryTags(call, plan);
  checkLastCrawl(crawler, plan, region);
  const drift = listDrift(crawler, plan);
  const last = crawler.LastCrawl?.StartTime?.toISOString() ?? "never";
  const seen = `${plan.name}: ${crawler.State ?? "no state"}, last crawl ${last}`;
  return drift.length === 0 ? seen : `${seen}; ${drift.join(", ")}: the next crawl puts that right`;
}

async function tryTags(call: CallGlue, { name, arn }: CrawlerPlan): Promise<void> {
  await call(`The tags of crawler ${name} could not be read.`, async (glue, options) => {
    try {
      await glue.getTags({ ResourceArn: arn }, options);
    } catch (error) {
      if (!hasName(error, "EntityNotFoundException")) throw error;
    }
  });
}

/** Glue gives a role back by its name, where it was given its ARN. */
function listDrift(crawler: GlueCrawler, { definition }: CrawlerPlan): string[] {
  const shorten = (role = "") => role.replace(/^.*\//, "");
  const pairs = [
    ["role", shorten(crawler.Role), shorten(definition.Role)],
    ["database", crawler.DatabaseName ?? "", definition.DatabaseName ?? ""],
    ["table prefix", crawler.TablePrefix ?? "", definition.TablePrefix ?? ""],
  ] as const;
  return pairs.flatMap(([what, is, ought]) =>
    is === ought ? [] : [`${what} ${is || "none"} instead of ${ought}`],
  );
}

function checkLastCrawl({ LastCrawl }: GlueCrawler, { name, definition }: CrawlerPlan, region: string): void {
  if (LastCrawl?.Status !== "FAILED") return;
  throw new ShardliftError("config", {
    failed: `The last crawl of ${name} failed.`,
    rule: `the role ${definition.Role} trusts glue.amazonaws.com, reads the lake and writes its own tables (docs/aws.md has what it may)`,
    received: LastCrawl.ErrorMessage ?? "no message",
    remedy: `in the console, IAM > Roles > the crawler's role > Permissions; its log is ${renderLogLink(LastCrawl, region)}`,
  });
}
