import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { examineGlueCatalog } from "../../../src/adapters/glue-catalog/examine.ts";
import type { GlueCatalogOptions } from "../../../src/adapters/glue-catalog/options.ts";
import type { Day } from "../../../src/days/day.ts";
import { doubleCredentials } from "../../doubles/glue/double.ts";
import { column, config, crawlerRole, createGlueWorld, type GlueWorld, prefix, table } from "./glue-world.ts";

const day = "2026-11-20" as Day;
const folder = `${prefix}day=${day}/generation=g1/`;
const crawlerName = "shardlift-prod-prod_analytics-web_shop_events";
const crawlMs = 1_000;

let world: GlueWorld;
beforeEach(async () => {
  world = await createGlueWorld({ crawler: { role: crawlerRole }, crawlMs });
  onTestFinished(() => world.close());
});

/** Lines as `step ok: detail`, with the calls that were made. */
async function examine(over: Partial<GlueCatalogOptions["config"]> = {}) {
  const before = world.listCalls().length;
  const options: GlueCatalogOptions = {
    config: { ...config, crawler: { role: crawlerRole }, endpoint: world.double.endpoint, ...over },
    lake: { bucket: "shop-lake", prefix: "raw/ga" },
    environment: "prod",
    clock: world.clock,
    credentials: doubleCredentials,
  };
  const steps: string[] = [];
  for await (const { step, ok, detail, code } of examineGlueCatalog(options, [{ table, prefix }]))
    steps.push(`${step} ${ok ? "ok" : code}: ${detail}`);
  return { steps, calls: world.listCalls().slice(before) };
}

async function point(): Promise<void> {
  await world.catalog.prepare(table, [column("event_name"), column("event_id")], prefix);
  await world.catalog.point(table, [{ day, prefix: folder }]);
}

async function crawl(): Promise<void> {
  await point();
  const { signal } = new AbortController();
  // No file is there: what the crawl finds is not what is looked at here.
  await world.catalog.crawler!.run(table, [day], signal).catch(() => {});
}

describe("what is made later", () => {
  test("is told as that, and nothing is made", async () => {
    expect(await examine()).toEqual({
      steps: [
        "catalog ok: prod_analytics.web_shop_events in Glue, eu-central-1: not there yet; crawl makes it with the first day",
        `crawler ok: ${crawlerName}: not there yet; crawl makes it, with the role ${crawlerRole}`,
      ],
      calls: ["GetTable", "GetCrawler"],
    });
  });

  test("is no crawler where none is asked for", async () => {
    expect((await examine({ crawler: null })).calls).toEqual(["GetTable"]);
  });
});

describe("a table", () => {
  test("is told with its columns and place, after its partitions were read", async () => {
    await point();
    const { steps, calls } = await examine({ crawler: null });
    expect(steps).toEqual([
      "catalog ok: prod_analytics.web_shop_events in Glue, eu-central-1: 2 columns, a partition a day, over s3://shop-lake/raw/ga/web-shop/ga4_events/; partitions can be read",
    ]);
    expect(calls).toEqual(["GetTable", "GetPartitions", "BatchGetPartition"]);
  });

  test("of somebody else under our name is refused", async () => {
    await point();
    world.readTable().input.StorageDescriptor!.Location = "s3://another-lake/events/";
    expect((await examine({ crawler: null })).steps[0]).toMatch(
      /^catalog config: The table prod_analytics\.web_shop_events in Glue is not this pipeline's.*location s3:\/\/another-lake\/events\//s,
    );
  });
});

describe("a right that is missing", () => {
  test.each(["GetTable", "GetPartitions", "BatchGetPartition"])(
    "glue:%s is named, with the console's page, and the crawler is tried too",
    async (action) => {
      await point();
      world.double.faults.add({ do: "deny", operation: action });
      const [catalog = "", crawler = ""] = (await examine()).steps;
      expect(catalog).toMatch(/^catalog config: The (?:table|partitions of) /);
      expect(catalog).toContain(
        `User: ${doubleCredentials.accessKeyId} is not authorized to perform: glue:${action}`,
      );
      expect(catalog).toContain("in the console, IAM > Roles > the role that AWS names > Permissions");
      expect(crawler).toMatch(/^crawler ok/);
    },
  );

  test.each(["GetCrawler", "GetTags"])("glue:%s fails the crawler alone", async (action) => {
    await crawl();
    world.double.faults.add({ do: "deny", operation: action });
    const [catalog = "", crawler = ""] = (await examine()).steps;
    expect(catalog).toMatch(/^catalog ok/);
    expect(crawler).toMatch(/^crawler config: The (?:crawler|tags) .*IAM > Roles/s);
  });

  test("of Lake Formation is granted elsewhere", async () => {
    world.double.faults.add({
      do: "refuse",
      operation: "GetTable",
      name: "AccessDeniedException",
      message: "Insufficient Lake Formation permission(s): Required Describe on web_shop_events",
    });
    expect((await examine()).steps[0]).toMatch(
      /^catalog config: .*Lake Formation > Data permissions > Grant/s,
    );
  });
});

describe("a crawler", () => {
  const own = () => world.model.crawlers.get(crawlerName)!;

  test("is told with its last crawl", async () => {
    await crawl();
    const { steps, calls } = await examine();
    expect(steps[1]).toMatch(/^crawler ok: \S+: READY, last crawl \d{4}-\d\d-\d\dT/);
    expect(calls.slice(-2)).toEqual(["GetCrawler", "GetTags"]);
  });

  test("that somebody gave another role is put right by the next crawl", async () => {
    await crawl();
    own().definition.Role = "arn:aws:iam::123456789012:role/somebody";
    expect((await examine()).steps[1]).toContain(
      "role somebody instead of shardlift-crawler: the next crawl puts that right",
    );
  });

  test("whose last crawl failed is told with AWS's reason and the role to look at", async () => {
    world.model.fates.push({
      fate: "fails",
      message: "Service role is not authorized to perform s3:GetObject",
    });
    await crawl();
    const [, crawler = ""] = (await examine()).steps;
    expect(crawler).toMatch(/^crawler config: The last crawl of \S+ failed\./);
    expect(crawler).toContain(`the role ${crawlerRole} trusts glue.amazonaws.com`);
    expect(crawler).toContain("Service role is not authorized to perform s3:GetObject");
    expect(crawler).toContain("IAM > Roles > the crawler's role > Permissions");
  });
});

test("a region that is not reached is told by both steps", async () => {
  const { steps } = await examine({ endpoint: "http://127.0.0.1:9" });
  expect(steps.map((step) => step.split("\n")[0])).toEqual([
    "catalog outside: The table prod_analytics.web_shop_events could not be read in Glue.",
    `crawler outside: The crawler ${crawlerName} could not be looked at.`,
  ]);
});
