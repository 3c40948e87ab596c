import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { renderLogLink } from "../../../src/adapters/glue-catalog/run-crawl.ts";
import type { Day } from "../../../src/days/day.ts";
import { exitCodes, ShardliftError } from "../../../src/errors.ts";
import { beginCrawl } from "../../doubles/glue/catalog/crawlers.ts";
import { type CrawlerWorld, crawledName, createCrawlerWorld, signal } from "./crawler-world.ts";
import { column, crawlerRole, table } from "./glue-world.ts";

let world: CrawlerWorld;
beforeEach(async () => {
  world = await createCrawlerWorld();
});
afterEach(() => world.close());

const first = "2026-11-20" as Day;
const second = "2026-11-21" as Day;
const name = "shardlift-prod-prod_analytics-web_shop_events";
const columns = [column("event_id"), column("value", "INTEGER")];
const select = "SELECT 'a' AS event_id, 1::BIGINT AS value";
const commit = (day: Day, generation: string) => world.commit(day, generation, select, columns);
const crawler = () => world.model.crawlers.get(name)!;
const count = (operation: string) => world.listCalls().filter((call) => call === operation).length;

async function failure(...days: Day[]): Promise<ShardliftError> {
  const error = await world.crawl(...days).then(
    () => null,
    (found: unknown) => found,
  );
  expect(error).toBeInstanceOf(ShardliftError);
  return error as ShardliftError;
}

const tell = ({ code, parts }: ShardliftError) => ({ exit: exitCodes[code], ...parts });

describe("the crawler", () => {
  test("is made with tags, over the changed days' folders only, and leaves a table of its own", async () => {
    await commit(first, "g1");
    await commit(second, "g1");
    expect(await world.crawl(second)).toEqual({ differences: [] });
    expect(crawler().definition).toEqual({
      Name: name,
      Role: crawlerRole,
      DatabaseName: "prod_analytics",
      Description:
        "Looks through changed days of prod_analytics.web_shop_events; Shardlift starts it and sets its folders.",
      TablePrefix: "web_shop_events_crawled_",
      Targets: {
        S3Targets: [{ Path: "s3://shop-lake/raw/ga/web-shop/ga4_events/day=2026-11-21/generation=g1/" }],
      },
      RecrawlPolicy: { RecrawlBehavior: "CRAWL_EVERYTHING" },
      SchemaChangePolicy: { UpdateBehavior: "UPDATE_IN_DATABASE", DeleteBehavior: "LOG" },
      Configuration: JSON.stringify({
        Version: 1,
        Grouping: { TableGroupingPolicy: "CombineCompatibleSchemas", TableLevelConfiguration: 5 },
        CrawlerOutput: { Tables: { AddOrUpdateBehavior: "MergeNewColumns" } },
      }),
    });
    expect(world.model.tags.get(`arn:aws:glue:eu-central-1:123456789012:crawler/${name}`)).toEqual({
      team: "growth",
      cost_centre: "4711",
      pipeline: "web-shop",
      environment: "prod",
    });
    expect(world.listCrawled()).toEqual(["2026-11-21 g1"]);
    expect(world.readTable().version).toBe(0);
  });

  test("is given other folders the next time, and its tags are put right; those of others stay", async () => {
    await commit(first, "g1");
    await world.crawl(first);
    const arn = `arn:aws:glue:eu-central-1:123456789012:crawler/${name}`;
    world.model.tags.set(arn, { team: "nobody", owner: "platform" });
    crawler().definition.RecrawlPolicy = { RecrawlBehavior: "CRAWL_NEW_FOLDERS_ONLY" };
    await commit(second, "g1");
    await world.crawl(second);
    expect(world.listTargets()).toEqual(["2026-11-21 g1"]);
    expect(crawler().definition.RecrawlPolicy).toEqual({ RecrawlBehavior: "CRAWL_EVERYTHING" });
    expect(world.model.tags.get(arn)).toMatchObject({ team: "growth", owner: "platform" });
    expect(world.listCrawled()).toEqual(["2026-11-20 g1", "2026-11-21 g1"]);
  });

  test("leaves no partition of a generation that is gone", async () => {
    await commit(first, "g1");
    await commit(second, "g1");
    await world.crawl(first, second);
    await commit(first, "g2");
    await world.crawl(first);
    expect(world.listCrawled()).toEqual(["2026-11-20 g2", "2026-11-21 g1"]);
  });

  test("takes out more of them than one request may", async () => {
    await commit(first, "g1");
    await world.crawl(first);
    const { partitions } = world.model.databases.get("prod_analytics")!.tables.get(crawledName)!;
    const [one] = partitions.values();
    for (let index = 0; index < 60; index += 1) {
      const Values = ["2026-11-20", `old${index}`];
      const Location = `s3://shop-lake/raw/ga/web-shop/ga4_events/day=2026-11-20/generation=old${index}/`;
      partitions.set(JSON.stringify(Values), { ...one!, Values, StorageDescriptor: { Location } });
    }
    await commit(first, "g2");
    await world.crawl(first);
    expect(world.listCrawled()).toEqual(["2026-11-20 g2"]);
    expect(count("BatchDeletePartition")).toBe(3);
  });

  test("does nothing for days without a partition", async () => {
    await commit(first, "g1");
    expect(await world.crawl(second)).toEqual({ differences: [] });
    expect(world.model.crawlers.size).toBe(0);
  });

  test("tells both types where the files have others than were declared", async () => {
    const odd = "SELECT 'a'::BLOB AS event_id, 1.5::DOUBLE AS value, {'x': 1::BIGINT} AS extra";
    await world.commit(first, "g1", odd, [...columns, column("later")]);
    expect(await world.crawl(first)).toEqual({
      differences: [
        { column: "event_id", ours: "string", crawlers: "binary" },
        { column: "extra", ours: null, crawlers: "struct" },
        { column: "value", ours: "bigint", crawlers: "double" },
      ],
    });
  });

  test("names the members that differ, and none that the files of a day lack", async () => {
    const device = {
      ...column("device"),
      type: "RECORD" as const,
      fields: [column("browser"), column("os"), { ...column("screens"), mode: "REPEATED" as const }],
    };
    const odd = "SELECT 'a' AS event_id, {'os': 1::BIGINT, 'screens': [{'w': 1}], 'mine': true} AS device";
    await world.commit(first, "g1", odd, [...columns, device]);
    expect(await world.crawl(first)).toEqual({
      differences: [
        { column: "device.mine", ours: null, crawlers: "boolean" },
        { column: "device.os", ours: "string", crawlers: "bigint" },
        { column: "device.screens", ours: "string", crawlers: "struct" },
      ],
    });
  });

  test("looks again for days that its last crawl did not come to", async () => {
    await commit(first, "g1");
    world.model.fates.push({ fate: "fails", message: "AccessDenied" });
    await failure(first);
    await commit(second, "g1");
    await world.crawl(second);
    expect(world.listCrawled()).toEqual(["2026-11-20 g1", "2026-11-21 g1"]);
  });
});

describe("a crawler that is busy", () => {
  test("is waited for, then given its folders and started", async () => {
    await commit(first, "g1");
    await world.crawl(first);
    await commit(second, "g1");
    await beginCrawl(world.model, crawler());
    await world.crawl(second);
    expect(world.listCrawled()).toEqual(["2026-11-20 g1", "2026-11-21 g1"]);
    expect(world.double.log.map(({ error }) => error)).toContain("CrawlerRunningException");
  });

  test("since somebody started it between our update and our start is started again with our folders", async () => {
    await commit(first, "g1");
    await world.crawl(first);
    await commit(first, "g2");
    world.double.faults.add({
      do: "hold",
      operation: "StartCrawler",
      get until() {
        return beginCrawl(world.model, crawler());
      },
    });
    await world.crawl(first);
    expect(world.listCrawled()).toEqual(["2026-11-20 g2"]);
  });

  test("with folders of another command is given ours again", async () => {
    await commit(first, "g1");
    await commit(second, "g1");
    world.double.faults.add({
      do: "hold",
      operation: "StartCrawler",
      get until() {
        const { definition } = crawler();
        const Path = "s3://shop-lake/raw/ga/web-shop/ga4_events/day=2026-11-20/generation=g1/";
        crawler().definition = { ...definition, Targets: { S3Targets: [{ Path }] } };
        return Promise.resolve();
      },
    });
    await world.crawl(second);
    expect(world.listCrawled()).toEqual(["2026-11-20 g1", "2026-11-21 g1"]);
    expect(count("StartCrawler")).toBe(2);
  });

  test("for ever is told after an hour: not ready, ask again", async () => {
    await commit(first, "g1");
    await world.crawl(first);
    world.model.fates.push({ fate: "never ends" });
    await beginCrawl(world.model, crawler());
    const startMs = world.clock.now();
    expect(tell(await failure(first))).toEqual({
      exit: 75,
      failed: `The crawler ${name} is busy with another crawl, and was waited for in vain.`,
      rule: "a crawler does one crawl at a time, and takes no folders meanwhile",
      received: "state RUNNING",
      remedy: "look in Glue what it is at, and stop it where it hangs; the days are pointed all the same",
    });
    expect(world.clock.now() - startMs).toBeGreaterThanOrEqual(3_600_000);
    expect(crawler().state).toBe("RUNNING");
  });
});

describe("a crawl", () => {
  test("that fails is explained, with the way to its log", async () => {
    await commit(first, "g1");
    world.model.fates.push({
      fate: "fails",
      message: "Service Principal: glue.amazonaws.com is not authorized",
    });
    expect(tell(await failure(first))).toEqual({
      exit: 69,
      failed: `The crawl of ${name} failed.`,
      rule: "a crawl looks through all folders that it is given, with a role that may read them",
      received: "Service Principal: glue.amazonaws.com is not authorized",
      remedy: `read its log, https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/$252Faws-glue$252Fcrawlers/log-events/${name}; the readers' table does not depend on it`,
    });
    expect(count("StartCrawler")).toBe(1);
  });

  test("without a log stream leads to the log group", () => {
    expect(renderLogLink(undefined, "eu-central-1")).toBe("log group /aws-glue/crawlers");
  });

  test("that never ends is stopped after an hour, and told", async () => {
    await commit(first, "g1");
    world.model.fates.push({ fate: "never ends" });
    expect(tell(await failure(first))).toMatchObject({
      exit: 69,
      failed: `The crawl of ${name} did not end in time, and was stopped.`,
      received: "state RUNNING",
    });
    expect(crawler().state).toBe("STOPPING");
  });

  test("is not taken for ended by what is said of the crawl before it", async () => {
    await commit(first, "g1");
    await world.crawl(first);
    await commit(first, "g2");
    world.double.log.splice(0);
    const answer = (seen: object) => {
      const { Crawler } = seen as { Crawler: object };
      return { Crawler: { ...Crawler, State: "READY" } };
    };
    // The first looks are for what is there, for its definition and for the crawl before.
    world.double.faults.add({ do: "rewrite", operation: "GetCrawler", skip: 3, times: 2, answer });
    await world.crawl(first);
    expect(world.double.faults.left()).toEqual([]);
    expect(count("StartCrawler")).toBe(1);
    expect(world.listCrawled()).toEqual(["2026-11-20 g2"]);
  });

  test("that somebody stops is told", async () => {
    await commit(first, "g1");
    world.double.faults.add({
      do: "hold",
      operation: "GetCrawler",
      skip: 3,
      get until() {
        crawler().forgetEnd();
        crawler().state = "READY";
        crawler().last = { Status: "CANCELLED", startedMs: crawler().startedMs, MessagePrefix: "x" };
        return Promise.resolve();
      },
    });
    expect(tell(await failure(first))).toMatchObject({
      exit: 69,
      failed: `The crawl of ${name} was stopped by somebody.`,
    });
  });

  test("that ends well and wrote elsewhere is not believed", async () => {
    await commit(first, "g1");
    for (let crawl = 0; crawl < 3; crawl += 1) world.model.fates.push({ fate: "writes elsewhere" });
    expect(tell(await failure(first))).toMatchObject({
      exit: 69,
      failed: `The crawler ${name} ended well, and prod_analytics.${crawledName} lacks folders that it was given.`,
      remedy: expect.stringContaining("tables begin with web_shop_events_crawled_"),
    });
    expect(count("StartCrawler")).toBe(3);
  });

  test("whose crawler is deleted meanwhile is told", async () => {
    await commit(first, "g1");
    world.double.faults.add({
      do: "hold",
      operation: "GetCrawler",
      skip: 3,
      get until() {
        world.model.crawlers.clear();
        return Promise.resolve();
      },
    });
    expect(tell(await failure(first))).toMatchObject({
      exit: 69,
      failed: `The crawler ${name} was deleted while it was waited for.`,
    });
  });

  test("goes on where a look at it gets lost, and when its start's answer does", async () => {
    await commit(first, "g1");
    world.double.faults.add({ do: "drop request", operation: "GetCrawler", skip: 3, times: 4 });
    expect(await world.crawl(first)).toEqual({ differences: [] });
    world.double.faults.add({ do: "drop answer", operation: "StartCrawler" });
    await commit(first, "g2");
    expect(await failure(first)).toMatchObject({ code: "outside", retryable: true });
    expect(await world.crawl(first)).toEqual({ differences: [] });
    expect(world.listCrawled()).toEqual(["2026-11-20 g2"]);
  });

  test("is given up where no look at it is answered any more", async () => {
    await commit(first, "g1");
    world.double.faults.add({ do: "drop request", operation: "GetCrawler", skip: 3, times: 99 });
    expect(await failure(first)).toMatchObject({ code: "outside", retryable: true });
    expect(count("GetCrawler")).toBeLessThan(15);
  });

  test("whose look finds the credentials run out ends with what to do; the crawl itself goes on", async () => {
    await commit(first, "g1");
    world.double.faults.add({ do: "expire token", operation: "GetCrawler", skip: 4 });
    expect(tell(await failure(first))).toMatchObject({
      exit: 69,
      failed: `The crawler ${name} could not be looked at.`,
      rule: "the session's credentials are valid until the command has ended",
      remedy: expect.stringContaining("sign in again"),
    });
    expect(crawler().state).toBe("RUNNING");
    await world.crawl(first);
    expect(world.listCrawled()).toEqual(["2026-11-20 g1"]);
  });

  test("is left to itself where a signal comes", async () => {
    await commit(first, "g1");
    const controller = new AbortController();
    const stop = new ShardliftError("terminated", { failed: "SIGTERM" });
    world.double.faults.add({
      do: "hold",
      operation: "GetCrawler",
      skip: 3,
      get until() {
        controller.abort(stop);
        return Promise.resolve();
      },
    });
    await expect(world.catalog.crawler!.run(table, [first], controller.signal)).rejects.toBe(stop);
    expect([crawler().state, signal.aborted]).toEqual(["RUNNING", false]);
  });
});
