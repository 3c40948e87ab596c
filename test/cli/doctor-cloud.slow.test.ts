import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { readScript } from "../../src/adapters/glue/read-script.ts";
import { pushScript } from "../../src/tasks/push-script.ts";
import { audience, account as serviceAccount } from "../adapters/bigquery/bigquery-world.ts";
import { copyScripts } from "../adapters/glue/spark-world.ts";
import {
  makeBucket,
  newPlace,
  openStore,
  rawClient,
  useStandInCredentials,
} from "../adapters/s3/s3-world.ts";
import { createSnowflakeWorld } from "../adapters/snowflake/snowflake-world.ts";
import { addDataset, putTable } from "../doubles/bigquery/change-world.ts";
import { startBigQueryDouble } from "../doubles/bigquery/double.ts";
import { createCatalogDouble } from "../doubles/glue/catalog/catalog.ts";
import { startGlueDouble } from "../doubles/glue/double.ts";
import { type FaultRule, startAwsProxy } from "../support/aws-proxy.ts";
import {
  type AwsServer,
  credentials,
  findServer,
  neededServer,
  startMinistack,
} from "../support/aws-servers.ts";
import { command } from "../support/command.ts";

const scripts = fileURLToPath(new URL("../../glue-scripts", import.meta.url));
const [project, dataset, extracts] = ["shop-prod", "analytics_1", "shop-prod-extracts"];
const awsRole = "arn:aws:sts::123456789012:assumed-role/shardlift/task";

interface Step {
  /** Where several are looked at. */
  pipeline?: string;
  step: string;
  ok: boolean;
  detail: string;
}

async function startGoogle() {
  const keys = new Map([[credentials.AWS_ACCESS_KEY_ID, { sessionToken: null, principal: awsRole }]]);
  const creators = new Map([[serviceAccount, new Set([awsRole])]]);
  const double = await startBigQueryDouble({ awsProvider: { audience, keys }, creators });
  onTestFinished(() => double.close());
  addDataset(double.world, { project, dataset });
  const content = { files: [], schema: [{ name: "event_name", type: "STRING" }], rows: 5n, bytes: 500n };
  putTable(double.world, { project, dataset, table: "events_20261120" }, content);
  double.world.buckets.set(extracts, { location: "EU", objects: new Map() });
  return double;
}

describe.skipIf(findServer("ministack") === null)(`doctor for the cloud${neededServer("ministack")}`, () => {
  let server: AwsServer;
  beforeAll(async () => {
    useStandInCredentials();
    server = await startMinistack();
    await makeBucket(server.endpoint, "shop-lake");
    process.env.AWS_ENDPOINT_URL_STS = server.endpoint;
  });
  afterAll(async () => {
    delete process.env.AWS_ENDPOINT_URL_STS;
    await server?.stop();
  });

  /** Everything that an environment can name, each by its stand-in, with the job as it should be. */
  async function openCloud() {
    const google = await startGoogle();
    const glue = await startGlueDouble({ operations: createCatalogDouble().operations });
    const proxy = await startAwsProxy(server.endpoint);
    const snowflake = await createSnowflakeWorld();
    onTestFinished(async () => {
      await snowflake.end();
      await proxy.stop();
      await glue.close();
    });
    const key = await snowflake.options.readSecret({ from: "env", name: "KEY" });
    const place = { ...newPlace(proxy.endpoint, "shop-lake"), prefix: "shardlift" };
    const env = {
      ...credentials,
      AWS_ENDPOINT_URL_STS: server.endpoint,
      SNOWFLAKE_KEY: key,
    };
    process.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS = glue.endpoint;
    const port = snowflake.options.config.endpoint!.port;
    await write(
      snowflake.folder,
      renderFiles({ ...place, s3: proxy.endpoint, glue: glue.endpoint, google: google.endpoint, port }),
    );
    const say = (...args: string[]) => command(snowflake, [...args, "--environment", "cloud"], { env });
    const { digest } = await readScript({ scripts, wheels: "none" });
    const { readFiles } = await readScript(await copyScripts());
    await pushScript(openStore(place), { digest, readFiles });
    const made = await say("ensure-job");
    expect(made.exitCode, made.stderr).toBe(0);
    const bootstrap = [
      "--aws-role",
      "arn:aws:iam::123456789012:role/shardlift-snowflake",
      "--apply",
      "--as-role",
      "LOADER",
    ];
    expect((await say("bootstrap", ...bootstrap)).exitCode).toBe(0);
    const doctor = async () => {
      const before = glue.log.length;
      const { exitCode, stdout, stderr } = await say("doctor", "--json");
      expect(stderr).toBe("");
      const { steps } = JSON.parse(stdout) as { steps: Step[] };
      const asked = glue.log.slice(before).map(({ operation }) => operation);
      return { exitCode, steps, asked };
    };
    return { google, glue, proxy, snowflake, doctor, place };
  }

  const listKeys = async () => {
    const { Contents = [] } = await rawClient(server.endpoint).send(
      new ListObjectsV2Command({ Bucket: "shop-lake" }),
    );
    return Contents.map(({ Key }) => Key!);
  };

  test("tries every right it can without changing anything that anybody reads, and says who is asking", async () => {
    const { google, doctor } = await openCloud();
    const before = await listKeys();
    const { exitCode, steps, asked } = await doctor();
    expect(steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(exitCode).toBe(0);
    expect(steps.map(({ step }) => step)).toEqual([
      ...["config", "aws", "google", "list", "get", "export", "jobs", "bucket"],
      ...["catalog", "crawler", "runs", "logs", "sign-in", "virtual", "stage", "trust"],
      ...["source", "lake", "clock", "engine", "warehouse"],
    ]);
    const elsewhere = ["session", "secrets"];
    const told = steps.map(({ step }) => step).filter((step) => step !== "config");
    expect(readDocumentedSteps().toSorted()).toEqual([...told, ...elsewhere].toSorted());
    const details = Object.fromEntries(steps.map(({ step, detail }) => [step, detail]));
    expect(details.aws).toMatch(/^commands run as arn:aws:.*:123456789012:/);
    expect(details.google).toContain(`to act as ${serviceAccount}`);
    expect(details.engine).toContain("script, definition and tags are as they should be");
    expect(asked.filter((name) => !/^(?:Get|BatchGet|Describe)/.test(name))).toEqual([]);
    expect([google.world.jobs.size, google.world.buckets.get(extracts)!.objects.size]).toEqual([0, 0]);
    expect(await listKeys()).toEqual(before);
  });

  test("asks each pipeline for its own source, tables and job, and only once for what they share", async () => {
    const { snowflake, doctor } = await openCloud();
    const { "pipelines/web-shop.yaml": shop } = renderFiles({
      prefix: "",
      s3: "",
      glue: "",
      google: "",
      port: 0,
    });
    const other = shop!.replace("web-shop", "web-store").replace("web_shop", "web_store");
    await write(snowflake.folder, {
      "pipelines/web-store.yaml": other.replace(`dataset: ${dataset}`, "dataset: analytics_2"),
    });
    const { exitCode, steps } = await doctor();
    expect(exitCode).toBe(64);
    expect(steps.filter(({ pipeline }) => pipeline === "web-shop").every(({ ok }) => ok)).toBe(true);
    const own = steps.filter(({ pipeline }) => pipeline === "web-store");
    expect(own.map(({ step, ok }) => `${step} ${ok ? "ok" : "failed"}`)).toEqual([
      ...[
        "config ok",
        "google ok",
        "list failed",
        "get failed",
        "export failed",
        "jobs failed",
        "bucket failed",
      ],
      ...["catalog ok", "crawler ok", "runs ok", "logs ok", "source failed", "engine failed", "warehouse ok"],
    ]);
    const engine = own.find(({ step }) => step === "engine");
    expect(engine?.detail).toContain("Glue job shardlift-test-web-store in eu-central-1 is not there");
    expect(engine?.detail).toMatch(/to do: shardlift ensure-job --pipeline web-store$/);
  });

  test("goes on after each step that fails, and each line says what to grant, where, and to whom", async () => {
    const { google, glue, proxy, doctor } = await openCloud();
    google.world.denied.add("bigquery.jobs.create").add("storage.objects.create");
    for (const operation of ["GetTable", "GetCrawler", "GetJobRuns", "DescribeLogStreams"])
      glue.faults.add({ do: "deny", operation });
    proxy.inject({ fault: "answer", status: 403, code: "AccessDenied", operation: "PutObject" });

    const { exitCode, steps } = await doctor();

    expect(exitCode).toBe(64);
    const failed = Object.fromEntries(
      steps.filter(({ ok }) => !ok).map(({ step, detail }) => [step, detail]),
    );
    const iam = /IAM > Roles > the role that AWS names > Permissions/;
    expect(failed).toEqual({
      jobs: expect.stringContaining(
        `grant ${serviceAccount} "BigQuery Job User" (roles/bigquery.jobUser) on the project`,
      ),
      bucket: expect.stringContaining(`grant ${serviceAccount} "Storage Object Admin"`),
      catalog: expect.stringMatching(iam),
      crawler: expect.stringMatching(iam),
      runs: expect.stringMatching(/allow glue:GetJobRuns on job shardlift-test-web-shop.*IAM > Roles/),
      logs: expect.stringMatching(/allow logs:DescribeLogStreams on the log groups .*IAM > Roles/),
      lake: expect.stringMatching(/s3:PutObject.*IAM > Roles > the role that runs this > Permissions/s),
    });
    expect(steps.at(-1)).toMatchObject({ step: "warehouse", ok: true });
  });

  test.each<[string, Omit<Extract<FaultRule, { fault: "answer" }>, "fault">, string]>([
    [
      "a region that is not the bucket's",
      {
        operation: "PutObject",
        status: 301,
        code: "PermanentRedirect",
        headers: { "x-amz-bucket-region": "eu-west-1" },
      },
      "write region: eu-west-1 in the environment, where it says eu-central-1",
    ],
    [
      "a key that the role may not use",
      {
        operation: "PutObject",
        status: 403,
        code: "AccessDenied",
        message: "not authorized to perform: kms:GenerateDataKey",
      },
      "KMS > Customer managed keys > Key policy",
    ],
    [
      "a bucket that another account owns, or that may not be written to",
      { operation: "PutObject", status: 403, code: "AccessDenied" },
      `whether account ${credentials.AWS_ACCESS_KEY_ID} owns the bucket`,
    ],
    [
      "a bucket that is not there",
      { operation: "PutObject", status: 404, code: "NoSuchBucket" },
      "make the bucket shop-lake",
    ],
  ])("tells of %s, and tries the job all the same", async (_, rule, remedy) => {
    const { proxy, doctor } = await openCloud();
    proxy.inject({ fault: "answer", ...rule });
    const { steps } = await doctor();
    expect(steps.filter(({ ok }) => !ok)).toEqual([
      expect.objectContaining({ step: "lake", detail: expect.stringContaining(remedy) }),
    ]);
    expect(steps.find(({ step }) => step === "engine")?.ok).toBe(true);
  });

  test("tries nothing at Google twice where nobody is let in", async () => {
    const { google, doctor } = await openCloud();
    google.creators.clear();
    google.forget();
    const { exitCode, steps } = await doctor();
    expect(exitCode).toBe(64);
    expect(
      steps.filter(({ ok }) => !ok).map(({ step, detail }) => `${step}: ${detail.split("\n")[0]}`),
    ).toEqual([
      `google: Signing in to Google as this machine's AWS role to act as ${serviceAccount} failed.`,
      ...["list", "get", "export", "jobs", "bucket"].map((step) => `${step}: not tried: sign-in failed`),
      "source: not tried: google failed",
    ]);
    expect(google.count()["bigquery.tables.list"]).toBeUndefined();
  });
});

/** Names in the first column of the page's table of steps. */
function readDocumentedSteps(): string[] {
  const page = readFileSync(new URL("../../docs/cloud.md", import.meta.url), "utf8");
  const section = page.split(/^## /m).find((part) => part.startsWith("What doctor looks at\n")) ?? "";
  const cells = section.split("\n").filter((line) => line.startsWith("| `"));
  return cells.flatMap((line) => [...line.split("|")[1]!.matchAll(/`(\S+)`/g)].map(([, name]) => name!));
}

interface Places {
  prefix: string;
  s3: string;
  glue: string;
  google: string;
  port: number;
}

function renderFiles({ prefix, s3, glue, google, port }: Places): Record<string, string> {
  return {
    "pipelines/web-shop.yaml": `name: web-shop
owner: growth@example.com
property: { dataset: ${dataset}, time_zone: Europe/Berlin }
families:
  - { family: ga4_events, table: analytics.web_shop_events }
`,
    "environments/cloud.yaml": `source:
  { type: bigquery, project: ${project}, audience: "${audience}", region: eu-central-1, impersonate: ${serviceAccount},
    extracts: "gs://${extracts}/shardlift", endpoint: "${google}", storage_endpoint: "${google}", token_endpoint: "${google}" }
lake:
  { type: s3, bucket: shop-lake, prefix: "${prefix}", region: eu-central-1, endpoint: "${s3}", path_style: true,
    bucket_owner: "${credentials.AWS_ACCESS_KEY_ID}" }
engine: { type: glue, job: shardlift-test, role: "arn:aws:iam::123456789012:role/shardlift-glue", endpoint: "${glue}" }
catalog:
  { type: glue, endpoint: "${glue}", database_prefix: test_, crawler: true,
    crawler_role: "arn:aws:iam::123456789012:role/shardlift-crawler" }
warehouse:
  { type: snowflake, account: myorg-shop, user: shardlift, auth: key_pair, private_key: "env:SNOWFLAKE_KEY",
    role: loader, warehouse: load_wh, database: lake, stage: lake.shardlift.lake, integration: shardlift_lake,
    lake_url: "s3://shop-lake/shardlift/", protocol: http, host: 127.0.0.1, port: ${port} }
retry: { attempts: 2, max_wait: 1 second }
`,
  };
}

async function write(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}
