import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeBucket, rawClient, useStandInCredentials } from "../adapters/s3/s3-world.ts";
import { createSnowflakeWorld, type SnowflakeWorld } from "../adapters/snowflake/snowflake-world.ts";
import { type AwsProxy, startAwsProxy } from "../support/aws-proxy.ts";
import { type AwsServer, account, findServer, neededServer, startMinistack } from "../support/aws-servers.ts";
import { command, readLine } from "../support/command.ts";

const days = ["2026-11-01", "2026-11-02"];
const at = ["--now", "2026-11-06T12:00:00Z", "--days", days.join("..")];
const dataset = "analytics_123456789";

describe.skipIf(findServer("ministack") === null)(
  `exports and lake on S3${neededServer("ministack")}`,
  () => {
    let server: AwsServer;
    let proxy: AwsProxy;
    let world: SnowflakeWorld;
    let key: string;
    let kept: string;

    beforeEach(async () => {
      useStandInCredentials();
      kept = await mkdtemp(join(tmpdir(), "shardlift-ministack-"));
      server = await startMinistack(kept);
      proxy = await startAwsProxy(server.endpoint);
      for (const bucket of ["shop-lake", "shop-exports"]) await makeBucket(server.endpoint, bucket);
      const folder = join(kept, account, "shop-lake");
      // What the double of Snowflake sees as the bucket are the very files that the stand-in for S3 keeps.
      world = await createSnowflakeWorld({ double: { mounts: [{ url: "s3://shop-lake/", folder }] } });
      key = await world.options.readSecret({ from: "env", name: "KEY" });
      await writeSite();
      await generate();
    });

    afterEach(async () => {
      await world?.end();
      await proxy?.stop();
      await server?.stop();
      await rm(kept, { recursive: true, force: true });
    });

    const say = (environment: string, args: string[]) =>
      command(world, [...args, "--environment", environment], { env: { SNOWFLAKE_KEY: key } });

    /** One pipeline, on this machine and on S3 with Snowflake. */
    async function writeSite(): Promise<void> {
      const reached = `region: eu-central-1, endpoint: "${proxy.endpoint}", path_style: true`;
      const { endpoint } = world.options.config;
      const files = {
        "environments/here.yaml": `source: { type: files, root: ./source }
lake: { type: folder, root: ./lake }
warehouse: { type: duckdb, path: ./w.duckdb }
`,
        "environments/s3.yaml": `source: { type: files, root: "s3://shop-exports/bq", ${reached} }
lake: { type: s3, bucket: shop-lake, prefix: shardlift, ${reached} }
engine: { type: duckdb, spill: ./spill, memory: 500 MB }
retry: { attempts: 3, max_wait: 1 second }
keep: 10 minutes
warehouse:
  { type: snowflake, account: myorg-shop, user: shardlift, auth: key_pair, private_key: "env:SNOWFLAKE_KEY",
    role: loader, warehouse: load_wh, database: lake, stage: lake.shardlift.lake, integration: shardlift_lake,
    lake_url: "s3://shop-lake/shardlift/", protocol: http, host: 127.0.0.1, port: ${endpoint?.port} }
`,
        "pipelines/web-shop.yaml": `name: web-shop
owner: growth@example.com
property: { dataset: ${dataset}, time_zone: Europe/Berlin, start: 2026-11-01 }
families:
  - { family: ga4_events, table: analytics.web_shop_events, keep_duplicates: true }
`,
      };
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(world.folder, name)), { recursive: true });
        await writeFile(join(world.folder, name), text);
      }
    }

    async function generate(rows = 300): Promise<void> {
      const root = join(world.folder, "source");
      const wish = [
        "--family",
        "ga4_events",
        "--rows",
        String(rows),
        "--days",
        days.join(".."),
        "--to",
        root,
      ];
      expect(await command(world, ["generate", ...wish])).toMatchObject({ exitCode: 0 });
      for (const name of await readdir(join(root, dataset))) {
        const Body = await readFile(join(root, dataset, name));
        const put = new PutObjectCommand({ Bucket: "shop-exports", Key: `bq/${dataset}/${name}`, Body });
        await rawClient(server.endpoint).send(put);
      }
    }

    async function listLake(): Promise<string[]> {
      const { Contents = [] } = await rawClient(server.endpoint).send(
        new ListObjectsV2Command({ Bucket: "shop-lake" }),
      );
      return Contents.map(({ Key }) => Key!);
    }

    /** Ids of which anything is in the lake: rows, removed rows or a manifest. */
    async function listGenerations(): Promise<string[]> {
      const forms = /generation=([^/]+)\/|_manifests\/[^/]+\/([^/]+)\.json$/;
      const found = (await listLake()).flatMap((name) => {
        const [, written, described] = forms.exec(name) ?? [];
        return written ?? described ?? [];
      });
      return [...new Set(found)].toSorted();
    }

    async function readHeads(): Promise<string[]> {
      const folder = join(kept, account, "shop-lake/shardlift/web-shop/ga4_events/_heads");
      const texts = await Promise.all(days.map((day) => readFile(join(folder, `${day}.json`), "utf8")));
      return texts.map((text) => JSON.parse(text).generation as string).toSorted();
    }

    async function run(environment: string, ...more: string[]): Promise<void> {
      const said = await say(environment, ["run", ...at, ...more]);
      expect(said.exitCode, said.stderr + said.stdout).toBe(0);
    }

    async function ask(environment: string, sql: string): Promise<unknown[]> {
      const said = await say(environment, ["query", "--json", sql]);
      expect(said).toMatchObject({ exitCode: 0, stderr: "" });
      const lower = (line: string) =>
        Object.fromEntries(
          Object.entries(JSON.parse(line)).map(([name, value]) => [name.toLowerCase(), value]),
        );
      return said.stdout.trim().split("\n").map(lower);
    }

    const rows = (view: string) =>
      `SELECT event_id, event_name, CAST(event_timestamp AS VARCHAR) AS at, user_pseudo_id, platform
     FROM analytics.web_shop_events${view} ORDER BY event_id`;
    const ledger = (count: string) =>
      `SELECT CAST(day AS VARCHAR) AS day, shard_kind, is_final, is_hot, ${count}, duplicates, filtered, checksum
     FROM analytics.web_shop_events_days ORDER BY day`;

    test("give what folder and DuckDB file give, row for row, and reconcile", async () => {
      for (const environment of ["here", "s3"]) {
        await run(environment);
        const balance = await say(environment, ["reconcile", ...at]);
        expect(balance.exitCode, balance.stdout).toBe(0);
      }
      for (const view of ["", "_cold", "_all"]) {
        const far = await ask("s3", rows(view));
        expect(far.length).toBeGreaterThan(500);
        expect(far).toEqual(await ask("here", rows(view)));
      }
      expect(await ask("s3", ledger('"ROWS"'))).toEqual(await ask("here", ledger("rows")));
      expect(await readdir(join(world.folder, "spill"))).toEqual([]);
    });

    test("cost a list, and for each unchanged day one metadata get and one head", async () => {
      await run("s3");
      proxy.reset();
      await run("s3");
      const prefix = `shardlift/web-shop/ga4_events`;
      expect(proxy.calls.toSorted()).toEqual(
        [
          `ListObjectsV2 bq/${dataset}/`,
          // What a run keeps of days outside its window: one small object a family, whatever the number of days.
          `GetObject ${prefix}/_outdated.json`,
          ...days.flatMap((day) => [
            `GetObject ${prefix}/_heads/${day}.json`,
            `ListObjectsV2 bq/${dataset}/events_${day.replaceAll("-", "")}`,
          ]),
        ].toSorted(),
      );
    });

    test("are lifted whole or not at all where answers are lost", async () => {
      for (const operation of ["PutObject", "GetObject", "ListObjectsV2"]) {
        proxy.inject({ fault: "lost", operation, times: 2, after: 3 });
        proxy.inject({ fault: "answer", status: 503, code: "SlowDown", operation, times: 1, after: 8 });
      }
      let exitCode = 1;
      for (let tries = 0; exitCode !== 0 && tries < 5; tries += 1) {
        exitCode = (await say("s3", ["run", ...at])).exitCode;
        if (exitCode !== 0) expect(exitCode).toBe(69);
      }
      expect(exitCode).toBe(0);
      proxy.reset();
      await run("here");
      expect(await ask("s3", rows("_all"))).toEqual(await ask("here", rows("_all")));
    });

    test("leave rows that no head names where a commit and its cleaning failed, until repair", async () => {
      const head = `shardlift/web-shop/ga4_events/_heads/${days[0]}.json`;
      proxy.inject({ fault: "reset", operation: "PutObject", key: head });
      proxy.inject({ fault: "reset", operation: "DeleteObjects" });
      expect((await say("s3", ["extract", ...at])).exitCode).toBe(69);
      proxy.reset();
      await run("s3");
      const named = await readHeads();
      expect((await listGenerations()).length).toBeGreaterThan(named.length);
      // An hour later by the bucket's clock, which is the one that counts.
      proxy.setDate(Date.now() + 3_600_000);
      expect((await say("s3", ["repair"])).exitCode).toBe(0);
      expect(await listGenerations()).toEqual(named);
    });

    test("answer every step of doctor", async () => {
      const said = await say("s3", ["doctor", "--json"]);
      const { steps } = JSON.parse(said.stdout) as { steps: { step: string; ok: boolean; detail: string }[] };
      const own = steps.filter(({ step }) => ["source", "lake", "engine"].includes(step));
      expect(own).toEqual([
        { step: "source", ok: true, detail: expect.stringContaining("bucket s3://shop-exports/bq/") },
        { step: "lake", ok: true, detail: expect.stringContaining("bucket s3://shop-lake/shardlift/") },
        { step: "engine", ok: true, detail: expect.stringContaining("lifted 1 row into bucket") },
      ]);
      expect((await listLake()).filter((name) => name.includes("_doctor"))).toEqual([]);
    });

    test.each([
      ["NoSuchBucket", 404, 64, "make the bucket shop-lake"],
      ["AccessDenied", 403, 69, "s3:PutObject"],
      ["ExpiredToken", 400, 69, "sign in again"],
      ["SlowDown", 503, 69, "retry.attempts"],
      ["KMS.DisabledException", 400, 64, "kms_key"],
    ])(
      "refuse with %s in words, with an exit code and no stack, and nothing is committed",
      async (code, status, exitCode, remedy) => {
        proxy.inject({ fault: "answer", status, code, operation: "PutObject" });
        const said = await say("s3", ["extract", ...at]);
        expect(said.exitCode, said.stderr).toBe(exitCode);
        const outcome = exitCode === 64 ? "usage or configuration" : "outside system failed";
        expect(readLine(said)).toMatchObject({ outcome });
        expect(said.stderr).toContain(remedy);
        expect(said.stderr).not.toMatch(/\n\s+at /);
        expect((await listLake()).filter((name) => name.includes("_heads"))).toEqual([]);
        proxy.reset();
        await run("s3");
      },
    );
  },
);
