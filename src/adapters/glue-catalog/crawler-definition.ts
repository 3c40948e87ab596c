import type { CreateCrawlerRequest } from "@aws-sdk/client-glue";
import type { GlueTable } from "./names.ts";
import type { GlueCatalogOptions } from "./options.ts";

export interface CrawlerPlan {
  name: string;
  /** `arn:aws:glue:eu-central-1:123456789012:crawler/<name>` */
  arn: string;
  tags: Record<string, string>;
  /** The crawler's own table, as Glue names it. */
  crawled: GlueTable;
  definition: CreateCrawlerRequest;
}

/** Lake prefixes begin with these: `web-shop/ga4_events/day=…/generation=…/`. */
const foldersAboveDays = 2;

/**
 * One crawler a table. Glue names tables that it finds on S3 itself: a prefix, which is ours, and the name of the
 * folder at the table's level; only what it is told to crawl in whole (catalog targets) may have a name of our own.
 * @param folders lake prefixes of the generations to look through, at least one
 */
export function planCrawler(
  { config, lake, environment }: GlueCatalogOptions,
  role: string,
  table: GlueTable,
  folders: readonly string[],
): CrawlerPlan {
  const [pipeline = "", family = ""] = (folders[0] ?? "").split("/");
  const name = `shardlift-${environment}-${table.database}-${table.name}`.replaceAll(/[^A-Za-z0-9_-]/g, "-");
  const prefix = `${table.name}_crawled_`;
  const crawledName = `${prefix}${family}`.toLowerCase();
  const levels = 1 + lake.prefix.split("/").filter((part) => part !== "").length + foldersAboveDays;
  const root = `s3://${lake.bucket}/${lake.prefix === "" ? "" : `${lake.prefix}/`}`;
  return {
    name,
    arn: buildArn(role, config.region, name),
    tags: { ...config.tags, pipeline, environment },
    crawled: { database: table.database, name: crawledName, title: `${table.database}.${crawledName}` },
    definition: {
      Name: name,
      Role: role,
      DatabaseName: table.database,
      Description: `Looks through changed days of ${table.title}; Shardlift starts it and sets its folders.`,
      TablePrefix: prefix,
      Targets: { S3Targets: folders.map((folder) => ({ Path: `${root}${folder}` })) },
      ...policies,
      Configuration: JSON.stringify({
        Version: 1.0,
        Grouping: { TableGroupingPolicy: "CombineCompatibleSchemas", TableLevelConfiguration: levels },
        CrawlerOutput: { Tables: { AddOrUpdateBehavior: "MergeNewColumns" } },
      }),
    },
  };
}

/**
 * Everything in the folders it is given, since a late day is another folder under an old partition. It deletes nothing:
 * days that are not among its folders would look deleted to it.
 */
const policies = {
  RecrawlPolicy: { RecrawlBehavior: "CRAWL_EVERYTHING" },
  SchemaChangePolicy: { UpdateBehavior: "UPDATE_IN_DATABASE", DeleteBehavior: "LOG" },
} satisfies Partial<CreateCrawlerRequest>;

/** A crawler is in its role's account. */
function buildArn(role: string, region: string, name: string): string {
  const [, partition = "aws", , , account = ""] = role.split(":");
  return `arn:${partition}:glue:${region}:${account}:crawler/${name}`;
}
