import type { Partition as GluePartition } from "@aws-sdk/client-glue";
import { type Day, parseDay } from "../../days/day.ts";
import { ShardliftError } from "../../errors.ts";
import type { CallGlue } from "./client.ts";
import type { CrawlerPlan } from "./crawler-definition.ts";
import { type LakePlace, parseLocation } from "./locations.ts";
import type { GlueTable } from "./names.ts";

/** Glue's own limit of one BatchDeletePartition. */
const deletedPerCall = 25;

/** Lake prefix per day, as partitions point at them; those outside the lake are left out. */
export function readFolders(lake: LakePlace, partitions: readonly GluePartition[]): Map<Day, string> {
  return new Map(
    partitions.flatMap(({ Values = [], StorageDescriptor }): [Day, string][] => {
      const day = parseDay(Values[0] ?? "");
      const folder = parseLocation(lake, StorageDescriptor?.Location ?? "");
      return day === null || folder === null ? [] : [[day, folder]];
    }),
  );
}

/** Crawled partitions that the readers' table does not point at: generations that are gone, or go soon. */
export function findGone(
  lake: LakePlace,
  crawled: readonly GluePartition[],
  folders: ReadonlyMap<Day, string>,
): GluePartition[] {
  const current = new Set(folders.values());
  return crawled.filter(({ StorageDescriptor }) => {
    const folder = parseLocation(lake, StorageDescriptor?.Location ?? "");
    return folder === null || !current.has(folder);
  });
}

/** A crawler only adds: what is gone is taken out here. Partitions that somebody else took out meanwhile are no fault. */
export async function removePartitions(
  call: CallGlue,
  { database, name, title }: GlueTable,
  gone: readonly GluePartition[],
): Promise<void> {
  for (let from = 0; from < gone.length; from += deletedPerCall) {
    const keys = gone.slice(from, from + deletedPerCall).map(({ Values = [] }) => ({ Values }));
    const input = { DatabaseName: database, TableName: name, PartitionsToDelete: keys };
    await call(`Partitions of ${title} could not be removed in Glue.`, (glue, options) =>
      glue.batchDeletePartition(input, options),
    );
  }
}

/** The crawl succeeded, and its table is not what we told it to make: nothing may be concluded from it. */
export function buildNotCrawled(plan: CrawlerPlan, missing: readonly string[]): ShardliftError {
  return new ShardliftError("outside", {
    failed: `The crawler ${plan.name} ended well, and ${plan.crawled.title} lacks folders that it was given.`,
    rule: "a crawl leaves one partition for each folder it was given, of keys day and generation",
    received: `${missing.length} folders missing, ${missing[0] ?? ""} among them`,
    remedy: `look in Glue which tables begin with ${plan.definition.TablePrefix}, and at the crawler's log, group /aws-glue/crawlers`,
  });
}
