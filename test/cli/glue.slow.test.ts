import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { generateShard } from "../../src/adapters/duckdb/generator.ts";
import { readScript } from "../../src/adapters/glue/read-script.ts";
import { addDays, dayAt } from "../../src/days/day.ts";
import { pushScript } from "../../src/tasks/push-script.ts";
import { copyScripts } from "../adapters/glue/spark-world.ts";
import {
  makeBucket,
  newPlace,
  openStore,
  rawClient,
  useStandInCredentials,
} from "../adapters/s3/s3-world.ts";
import { type GlueDouble, startGlueDouble } from "../doubles/glue/double.ts";
import { buildSparkCommand, spawnScript } from "../doubles/glue/jobs/spawn-script.ts";
import { missingSpark, sparkPython } from "../glue/spark-python.ts";
import {
  type AwsServer,
  credentials,
  findServer,
  neededServer,
  startMinistack,
} from "../support/aws-servers.ts";
import { createSite, type Site, waitForEnd } from "../support/site.ts";

const scripts = fileURLToPath(new URL("../../glue-scripts", import.meta.url));
const isMissing = sparkPython === null || findServer("ministack") === null;
/** The script's clock is the machine's. */
const yesterday = addDays(dayAt(Date.now(), "Europe/Berlin"), -1);
const days = [addDays(yesterday, -1), yesterday];

describe.skipIf(isMissing)(
  `commands with engine Glue and lake S3${missingSpark}${neededServer("ministack")}:`,
  () => {
    let server: AwsServer;
    beforeAll(async () => {
      useStandInCredentials();
      server = await startMinistack();
      for (const bucket of ["shop-lake", "shop-exports"]) await makeBucket(server.endpoint, bucket);
    });
    afterAll(() => server.stop());

    async function create() {
      const place = newPlace(server.endpoint, "shop-lake");
      const store = openStore(place);
      const root = `s3://${place.bucket}/${place.prefix}/`;
      const double = await startGlueDouble({
        jobs: { startMs: 0 },
        execute: spawnScript({
          readObject: async (uri) => (await store.get(uri.slice(root.length)))!.body,
          buildCommand: buildSparkCommand({
            sparkSubmit: join(dirname(sparkPython!), "spark-submit"),
            python: sparkPython!,
            cores: 2,
            env: { ...credentials, AWS_DEFAULT_REGION: credentials.AWS_REGION },
          }),
        }),
      });
      const site = await createSite({ "environments/local.yaml": buildEnvironment(place.prefix, double) });
      onTestFinished(async () => {
        await double.close();
        await site.remove();
      });
      await upload(site);
      // Wheels are nobody's here: the interpreter has the modules.
      const { digest } = await readScript({ scripts, wheels: "none" });
      const { readFiles } = await readScript(await copyScripts());
      await pushScript(store, { digest, readFiles });
      const env = {
        ...credentials,
        AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: double.endpoint,
        SNOWFLAKE_KEY: "not asked for",
      };
      const args = (task: string) => [task, "--days", days.join(".."), "--progress", "lines"];
      const run = (task: string) => site.run(args(task), env);
      const runs = () => [...double.world.jobs.values()].flatMap((job) => job.runs);
      return { double, site, run, start: (task: string) => site.start(args(task), env), runs };
    }

    function buildEnvironment(prefix: string, double: GlueDouble): string {
      const reached = `endpoint: "${server.endpoint}", path_style: true`;
      return `source: { type: files, root: "s3://shop-exports/bq", ${reached} }
lake: { type: s3, bucket: shop-lake, prefix: "${prefix}", region: eu-central-1, ${reached} }
engine:
  type: glue
  job: shardlift-test
  role: arn:aws:iam::123456789012:role/shardlift-glue
  endpoint: "${double.endpoint}"
  task_memory: 500 MB
  tags: { team: growth, cost_centre: "4711" }
warehouse:
  { type: snowflake, account: myorg-shop, user: shardlift, auth: key_pair, private_key: "env:SNOWFLAKE_KEY",
    role: loader, warehouse: load_wh, database: lake, stage: lake.shardlift.lake, integration: shardlift_lake,
    lake_url: "s3://shop-lake/${prefix}/", protocol: http, host: 127.0.0.1, port: 9 }
`;
    }

    async function upload({ folder }: Site): Promise<void> {
      const target = { root: join(folder, "source"), dataset: "analytics_1" };
      for (const on of days) await generateShard({ family: "ga4_events", day: on, rows: 200 }, target);
      for (const name of await readdir(join(target.root, target.dataset))) {
        const Body = await readFile(join(target.root, target.dataset, name));
        const Key = `bq/analytics_1/${name}`;
        await rawClient(server.endpoint).send(new PutObjectCommand({ Bucket: "shop-exports", Key, Body }));
      }
    }

    const readLine = (stdout: string) => JSON.parse(stdout);

    test("the job is made once, and a killed extract's run is joined by the next command", async () => {
      const { double, run, start, runs } = await create();
      expect((await run("push-script")).exitCode).toBe(99);
      const made = await run("ensure-job");
      expect([made.exitCode, readLine(made.stdout)]).toEqual([
        0,
        {
          task: "ensure-job",
          pipeline: "shop",
          environment: "local",
          outcome: "done",
          reason: "Glue job shardlift-test-shop in eu-central-1 was created",
        },
      ]);
      expect((await run("ensure-job")).exitCode).toBe(99);

      const child = start("extract");
      const ended = waitForEnd(child);
      await expect.poll(() => runs()[0]?.executions.length, { timeout: 60_000 }).toBe(1);
      child.kill("SIGKILL");
      expect((await ended).exitCode).toBeNull();

      const next = await run("extract");
      expect([next.exitCode, readLine(next.stdout).days]).toEqual([0, { done: 2 }]);
      expect(next.stderr).toContain(`run ${runs()[0]!.id} joined`);
      expect(runs().map(({ state }) => state)).toEqual(["SUCCEEDED"]);

      const calls = double.log.length;
      expect((await run("extract")).exitCode).toBe(99);
      expect(double.log.length).toBe(calls);
    });
  },
);
