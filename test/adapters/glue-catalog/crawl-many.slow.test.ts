import { expect, onTestFinished, test } from "vitest";
import { addDays, type Day } from "../../../src/days/day.ts";
import { createCrawlerWorld } from "./crawler-world.ts";
import { column } from "./glue-world.ts";

const columns = [column("event_id"), column("value", "INTEGER")];
const select = "SELECT 'a' AS event_id, 1::BIGINT AS value";

/** The double refuses a crawler with more than a hundred folders. */
test("a backfill's days are looked through in several crawls, each with an hour of its own", async () => {
  const world = await createCrawlerWorld();
  onTestFinished(() => world.close());
  world.model.crawlMs = 50 * 60_000;
  const days = Array.from({ length: 201 }, (_, index) => addDays("2026-01-01" as Day, index));
  for (const day of days) await world.commit(day, "g1", select, columns);
  expect(await world.crawl(...days)).toEqual({ differences: [] });
  expect(world.listCrawled()).toEqual(days.map((day) => `${day} g1`));
  expect(world.listCalls().filter((call) => call === "StartCrawler")).toHaveLength(3);
  expect(world.listTargets()).toEqual(["2026-07-20 g1"]);
});

test("a crawl that fails in the middle leaves the days before it looked through, and says which failed", async () => {
  const world = await createCrawlerWorld();
  onTestFinished(() => world.close());
  const days = Array.from({ length: 101 }, (_, index) => addDays("2026-01-01" as Day, index));
  for (const day of days) await world.commit(day, "g1", select, columns);
  const crawled = world.crawl(...days);
  world.model.fates.push({ fate: "succeeds" }, { fate: "fails", message: "no right to read" });
  await expect(crawled).rejects.toMatchObject({ code: "outside", parts: { received: "no right to read" } });
  expect(world.listCrawled()).toHaveLength(100);
  expect(await world.crawl(days[100]!)).toEqual({ differences: [] });
  expect(world.listCrawled()).toHaveLength(101);
});
