import { setTimeout as pause } from "node:timers/promises";
import { GetCrawlerCommand, GetTagsCommand, GlueClient } from "@aws-sdk/client-glue";
import { describe, expect, onTestFinished, test } from "vitest";
import { createGlueCatalog } from "../../../src/adapters/glue-catalog/catalog.ts";
import type { Day } from "../../../src/days/day.ts";
import { account, findServer, neededServer, startMinistack } from "../../support/aws-servers.ts";
import { column, config, crawlerRole, prefix, table } from "./glue-world.ts";

const credentials = { accessKeyId: account, secretAccessKey: "stand-in" };
const day = "2026-11-20" as Day;
const name = "shardlift-prod-prod_analytics-web_shop_events";

/** Its crawls end well after five seconds and look at nothing: so a crawl must not be believed by its state alone. */
describe.skipIf(findServer("ministack") === null)(
  `a crawler of MiniStack${neededServer("ministack")}`,
  () => {
    test("is made with tags, started and waited for, and not believed where its table lacks the folders", async () => {
      const server = await startMinistack();
      onTestFinished(() => server.stop());
      const own = { ...config, endpoint: server.endpoint, crawler: { role: crawlerRole } };
      const catalog = createGlueCatalog({
        config: own,
        lake: { bucket: "shop-lake", prefix: "raw" },
        environment: "prod",
        clock: { now: () => Date.now(), sleep: (ms) => pause(Math.min(ms, 250)) },
        credentials,
      });
      await catalog.prepare(table, [column("event_id")], prefix);
      await catalog.point(table, [{ day, prefix: `${prefix}day=${day}/generation=g1/` }]);
      await expect(catalog.crawler!.run(table, [day], new AbortController().signal)).rejects.toMatchObject({
        code: "outside",
        parts: { failed: expect.stringContaining("ended well, and prod_analytics.web_shop_events_crawled_") },
      });
      const client = new GlueClient({ region: own.region, endpoint: server.endpoint, credentials });
      const { Crawler } = await client.send(new GetCrawlerCommand({ Name: name }));
      expect(Crawler).toMatchObject({
        State: "READY",
        LastCrawl: { Status: "SUCCEEDED" },
        Targets: {
          S3Targets: [{ Path: `s3://shop-lake/raw/${prefix}day=${day}/generation=g1/` }],
        },
      });
      const ResourceArn = `arn:aws:glue:${own.region}:${account}:crawler/${name}`;
      expect((await client.send(new GetTagsCommand({ ResourceArn }))).Tags).toMatchObject({
        pipeline: "web-shop",
        team: "growth",
      });
    });
  },
);
