import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { intentLifeMs } from "../../../src/days/request-life.ts";
import { ShardliftError } from "../../../src/errors.ts";
import { type CrawlWorld, createCrawlWorld, listLastDays, on } from "../../tasks/crawl-world.ts";
import { column, crawlerRole, createGlueWorld, type GlueWorld, record } from "./glue-world.ts";

/** The task, its protocol and the adapter together, over the double. */
let world: CrawlWorld;
let glue: GlueWorld;
const notes: string[] = [];

beforeEach(async () => {
  world = createCrawlWorld();
  glue = await createGlueWorld({ crawler: { role: crawlerRole } });
  notes.splice(0);
});
afterEach(() => glue.close());

const titled = "prod_analytics.web_shop_events";
const crawlerName = "shardlift-prod-prod_analytics-web_shop_events";

/** Both clocks are moved on by waiting, as in life. */
function crawl(over: Partial<Parameters<CrawlWorld["context"]>[0]> = {}) {
  const clock = {
    ...world.ports.clock,
    async sleep(ms: number, signal?: AbortSignal) {
      await world.ports.clock.sleep(ms, signal);
      glue.double.clock.advance(ms);
    },
  };
  const report = (event: { event: string; text?: string }) => void (event.text && notes.push(event.text));
  const { signal } = over;
  const catalog = glue.connect({ clock, ...(signal ? { signal } : {}) });
  return world.crawl({ catalog: { ...catalog, crawler: null }, report, ...over });
}

/** The same with the crawler, which finds no files on this machine. */
function crawlWithCrawler() {
  return world.crawl({
    catalog: glue.connect(),
    report: (event) => void (event.event === "note" && notes.push(event.text)),
  });
}

const locations = () =>
  [...glue.readTable().partitions.values()].map(({ StorageDescriptor }) => StorageDescriptor?.Location);

test("days are pointed in two passes of a few requests, and a second run asks nothing", async () => {
  for (const day of listLastDays(3)) await world.commit("g1", { day });
  expect(await crawl()).toMatchObject({ exitCode: 0, days: { done: 3 } });
  expect(glue.listCalls()).toEqual([
    ...["GetTable", "CreateTable", "CreateDatabase", "GetTable", "CreateTable"],
    ...["GetTable", "BatchGetPartition", "BatchCreatePartition", "GetTable", "GetTable"],
  ]);
  glue.double.log.splice(0);
  expect(await crawl()).toMatchObject({ exitCode: 99 });
  expect(glue.listCalls()).toEqual([]);
});

test("a reader moves from one generation to the next in one step: no moment without the day", async () => {
  await world.commit("g1");
  await crawl();
  await world.commit("g2");
  glue.double.log.splice(0);
  await crawl();
  expect(locations()).toEqual(["s3://shop-lake/raw/ga/web-shop/ga4_events/day=2026-11-20/generation=g2/"]);
  expect(glue.listCalls().filter((call) => /Delete|Create/.test(call))).toEqual([]);
});

test("a growth of members reaches partitions outside the window", async () => {
  const columns = (...members: string[]) => [column("event_id"), record("device", ...members)];
  const days = listLastDays(40);
  const all = createCrawlWorld({ lookbackDays: 60 });
  world = all;
  for (const day of days) await world.commit("g1", { day, columns: columns("category") });
  await crawl();
  await world.commit("g2", { columns: columns("category", "brand") });
  expect(await crawl()).toMatchObject({ exitCode: 0, days: { done: 1 } });
  expect(notes).toEqual([
    "39 older partitions of analytics.web_shop_events were given members that the table gained",
  ]);
  const types = [...glue.readTable().partitions.values()].map(
    ({ StorageDescriptor }) => StorageDescriptor?.Columns?.[1]?.Type,
  );
  expect(new Set(types)).toEqual(new Set(["struct<category:string,brand:string>"]));
  expect(locations().filter((location) => location?.endsWith("generation=g1/"))).toHaveLength(39);
  expect(glue.readTable().input.Parameters).not.toHaveProperty("shardlift.partitions_lag");
});

describe("faults, as the task tells them:", () => {
  beforeEach(() => world.commit("g1"));

  test("throttling of minutes is waited for", async () => {
    glue.double.faults.add({ do: "throttle", times: 14 });
    expect(await crawl()).toMatchObject({ exitCode: 0, days: { done: 1 } });
  });

  test("throttling without end: 69, and the first run after it does the day", async () => {
    glue.double.faults.add({ do: "throttle", times: Number.POSITIVE_INFINITY });
    expect(await crawl()).toMatchObject({
      exitCode: 69,
      notable: [{ reason: `The table ${titled} could not be read in Glue.` }],
    });
    glue.double.faults.clear();
    expect(await crawl()).toMatchObject({ exitCode: 0, days: { done: 1 } });
  });

  test("access denied on the database: 64, asked once", async () => {
    glue.double.faults.add({ do: "deny", times: Number.POSITIVE_INFINITY });
    expect(await crawl()).toMatchObject({
      exitCode: 64,
      days: { failed: 1 },
      notable: [{ reason: `The table ${titled} could not be read in Glue.` }],
    });
    expect(glue.listCalls()).toEqual(["GetTable"]);
    expect((await world.readHead()).reached.catalog).toBeNull();
  });

  test("a table made by somebody else: 64, and not a byte of it changes", async () => {
    await crawl();
    const { input } = glue.readTable();
    input.Parameters = {};
    input.PartitionKeys = [{ Name: "dt", Type: "string" }];
    const before = structuredClone(input);
    await world.commit("g2");
    expect(await crawl()).toMatchObject({
      exitCode: 64,
      notable: [{ reason: `The table ${titled} in Glue is not this pipeline's, so it was left as it is.` }],
    });
    expect(glue.readTable().input).toEqual(before);
  });

  test("credentials that run out between two requests: 69, and the day is done by the next run", async () => {
    glue.double.faults.add({ do: "expire token", operation: "BatchCreatePartition" });
    expect(await crawl()).toMatchObject({ exitCode: 69, days: { failed: 1 } });
    expect(glue.double.log.filter(({ operation }) => operation === "BatchCreatePartition")).toHaveLength(1);
    expect(await crawl()).toMatchObject({ exitCode: 0, days: { done: 1 } });
  });

  test("an answer that got lost: asked again, done, and looked at once more when the request has outlived itself", async () => {
    glue.double.faults.add({ do: "drop answer", operation: "BatchCreatePartition" });
    expect(await crawl()).toMatchObject({ exitCode: 0, days: { done: 1 } });
    expect((await world.readHead()).pointing).toHaveLength(1);
    world.clock.ms += intentLifeMs;
    expect(await crawl()).toMatchObject({ exitCode: 0, days: { done: 1 } });
    expect((await world.readHead()).pointing).toEqual([]);
  });

  test("a request that lands late and moves the partition back is made up for", async () => {
    await crawl();
    await world.commit("g2");
    let land = () => {};
    const until = new Promise<void>((resolve) => {
      land = resolve;
    });
    // Our own times out; another command points the next generation; then the old request is done after all.
    glue.double.faults.add({ do: "land later", operation: "BatchUpdatePartition", until });
    await crawl();
    await world.commit("g3");
    await crawl();
    land();
    await expect.poll(() => locations()[0]).toContain("generation=g2/");
    world.clock.ms += intentLifeMs;
    expect(await crawl()).toMatchObject({ exitCode: 0 });
    expect(locations()[0]).toContain("generation=g3/");
    expect((await world.readHead(on)).pointing).toEqual([]);
  });

  test("a signal: nothing is told but the signal", async () => {
    const controller = new AbortController();
    const stop = new ShardliftError("terminated", { failed: "SIGTERM" });
    glue.double.faults.add({
      do: "hold",
      operation: "BatchCreatePartition",
      get until() {
        controller.abort(stop);
        return new Promise(() => {});
      },
    });
    await expect(crawl({ signal: controller.signal })).rejects.toBe(stop);
  });
});

describe("the crawler's faults leave the days done:", () => {
  beforeEach(() => world.commit("g1"));
  const expectTold = async (exitCode: number, fault: object) => {
    expect(await crawlWithCrawler()).toMatchObject({
      exitCode,
      days: { done: 1 },
      crawler: [{ table: "analytics.web_shop_events", ...fault }],
    });
    expect(locations()).toHaveLength(1);
    expect(notes).toHaveLength(1);
    expect(await crawlWithCrawler()).toMatchObject({ exitCode: 99 });
  };

  test("one that fails: 69, once, with Glue's words and the log", async () => {
    glue.model.fates.push({ fate: "fails", message: "Internal Service Exception" });
    await expectTold(69, {
      reason: `The crawl of ${crawlerName} failed.`,
      received: "Internal Service Exception",
      remedy: expect.stringContaining("log-events"),
    });
  });

  test("one that never ends: 69", async () => {
    glue.model.fates.push({ fate: "never ends" });
    await expectTold(69, { reason: `The crawl of ${crawlerName} did not end in time, and was stopped.` });
  });

  test("one that may not be made: 64", async () => {
    glue.double.faults.add({ do: "deny", operation: "CreateCrawler" });
    await expectTold(64, { reason: `The crawler ${crawlerName} could not be made.` });
  });

  test("credentials that run out in the middle of the wait: 69", async () => {
    glue.double.faults.add({ do: "expire token", operation: "GetCrawler", skip: 5 });
    await expectTold(69, {
      reason: `The crawler ${crawlerName} could not be looked at.`,
      remedy: expect.stringContaining("sign in again"),
    });
  });

  test("one that finds nothing in the folders it was given: 69", async () => {
    await expectTold(69, {
      reason: `The crawler ${crawlerName} ended well, and ${titled}_crawled_ga4_events lacks folders that it was given.`,
    });
  });
});
