import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dagsFolder, readDagFiles } from "../../src/cli/deploy/read-dag-files.ts";
import { manifestSchema } from "../../src/dags/manifest-schema.ts";
import { makeBucket, rawClient, region, useStandInCredentials } from "../adapters/s3/s3-world.ts";
import { makeConfigFolder, namedPipeline } from "../config/config-folder.ts";
import { type AwsProxy, startAwsProxy } from "../support/aws-proxy.ts";
import { type AwsServer, findServer, neededServer, startMinistack } from "../support/aws-servers.ts";
import { command, readLine, type Said } from "../support/command.ts";
import { expectRefusal } from "../support/shop.ts";

const bucket = "shop-deploy";

describe.skipIf(findServer("ministack") === null)(`deploy to S3${neededServer("ministack")}`, () => {
  let server: AwsServer;
  let proxy: AwsProxy;
  let folder: string;
  let site: string;
  let prefix: string;
  let made = 0;

  beforeAll(async () => {
    useStandInCredentials();
    folder = await mkdtemp(join(tmpdir(), "shardlift-deploy-"));
    server = await startMinistack();
    proxy = await startAwsProxy(server.endpoint);
    await makeBucket(server.endpoint, bucket);
  });

  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Places of its own for each test. */
  beforeEach(async () => {
    proxy.reset();
    made += 1;
    prefix = `test-${made}`;
    site = await makeConfigFolder({
      "pipelines/shop.yaml": namedPipeline("shop", "analytics.shop"),
      "environments/prod.yaml": buildEnvironment(),
      "environments/trial.yaml": "not: deployed\n",
    });
    return () => rm(site, { recursive: true });
  });

  const buildEnvironment = (...more: string[]) =>
    [
      `source: { type: files, root: ${folder}/source }`,
      `lake: { type: folder, root: ${folder}/lake }`,
      `warehouse: { type: duckdb, path: ${folder}/w.duckdb }`,
      `runner: { type: bash, config: "s3://${bucket}/${prefix}/config" }`,
      `airflow: { dags: "s3://${bucket}/${prefix}/dags" }`,
      ...more,
      "",
    ].join("\n");

  const env = () => ({ AWS_REGION: region, AWS_ENDPOINT_URL_S3: proxy.endpoint });

  function say(args: string[], more: NodeJS.ProcessEnv = {}): Promise<Said> {
    const input = { env: { SHARDLIFT_CONFIG: site, ...env(), ...more } };
    return command({ folder }, [...args, "--environment", "prod"], input);
  }

  const listPuts = () => proxy.calls.filter((call) => /^(Put|Delete|Create|Upload)/.test(call));

  async function listKeys(): Promise<string[]> {
    const asked = new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}/` });
    const { Contents = [] } = await rawClient(server.endpoint).send(asked);
    return Contents.map(({ Key }) => Key!.slice(prefix.length + 1));
  }

  async function readText(key: string): Promise<string> {
    const asked = new GetObjectCommand({ Bucket: bucket, Key: `${prefix}/${key}` });
    const { Body } = await rawClient(server.endpoint).send(asked);
    return Body!.transformToString();
  }

  test("shows what it would do, does it, and does nothing again", async () => {
    const dry = await say(["deploy", "--dry-run"]);
    expect(dry).toMatchObject({ exitCode: 0, stderr: "" });
    expect(dry.stdout).toMatch(/^configuration +pipelines\/shop.yaml +new +\d+ B$/m);
    expect([listPuts(), await listKeys()]).toEqual([[], []]);
    const done = await say(["deploy"]);
    expect(done).toMatchObject({ exitCode: 0, stdout: `${dry.stdout}Deployed.\n` });
    const [, digest] = /config\/([0-9a-f]{64})\/$/m.exec(dry.stdout)!;
    const names = (await readDagFiles(dagsFolder)).map(({ name }) => `dags/${name}`);
    expect(await listKeys()).toEqual(
      [
        ...[`config/${digest}/environments/prod.yaml`, `config/${digest}/pipelines/shop.yaml`],
        ...[...names, "dags/shardlift_deployed.json", "dags/shardlift_manifest.json"],
      ].toSorted(),
    );
    expect(listPuts().at(-1)).toBe(`PutObject ${prefix}/dags/shardlift_manifest.json`);
    proxy.calls.length = 0;
    const again = await say(["deploy"]);
    expect(again.stdout).toMatch(/^Nothing changed: \d+ files as deployed;/);
    expect(listPuts()).toEqual([]);
  });

  test("names in its manifest a configuration that commands can read", async () => {
    await say(["deploy"]);
    const manifest = manifestSchema.parse(JSON.parse(await readText("dags/shardlift_manifest.json")));
    const { SHARDLIFT_CONFIG } = manifest.runner.variables;
    expect(SHARDLIFT_CONFIG).toMatch(new RegExp(`^s3://${bucket}/${prefix}/config/[0-9a-f]{64}/$`));
    const said = await command({ folder }, ["validate"], { env: { ...env(), SHARDLIFT_CONFIG } });
    expect(said.stdout).toBe("1 pipeline and 1 environment, all valid\n");
  });

  test("puts what changed and no more, and leaves the former configuration to those that run with it", async () => {
    const first = readLine(await say(["deploy", "--json"]));
    await writeFile(join(site, "pipelines/app.yaml"), namedPipeline("app", "analytics.app"));
    proxy.calls.length = 0;
    const second = readLine(await say(["deploy", "--json"]));
    const size = expect.any(Number);
    expect([first.outcome, second]).toEqual([
      "done",
      {
        outcome: "done",
        environment: "prod",
        config: expect.not.stringMatching(first.config as string),
        changes: [
          { part: "configuration", name: "pipelines/app.yaml", change: "new", bytes: size },
          { part: "DAGs", name: "shardlift_manifest.json", change: "changed", bytes: size },
        ],
      },
    ]);
    const short = (url: unknown) => String(url).slice(`s3://${bucket}/`.length);
    expect(listPuts().toSorted()).toEqual(
      ["environments/prod.yaml", "pipelines/app.yaml", "pipelines/shop.yaml"]
        .map((name) => `PutObject ${short(second.config)}${name}`)
        .concat(`PutObject ${prefix}/dags/shardlift_manifest.json`)
        .toSorted(),
    );
    expect((await listKeys()).some((key) => `${prefix}/${key}`.startsWith(short(first.config)))).toBe(true);
  });

  test("goes on where it ended, whatever S3 did meanwhile", async () => {
    const key = `${prefix}/dags/shardlift_airflow/draw.py`;
    proxy.inject({ fault: "answer", operation: "PutObject", key, status: 403, code: "AccessDenied" });
    expectRefusal(await say(["deploy"]), 69, "AccessDenied", "s3:PutObject");
    expect(await listKeys()).not.toContain("dags/shardlift_manifest.json");
    proxy.reset();
    const lost = `${prefix}/dags/shardlift_dags.py`;
    proxy.inject({ fault: "lost", operation: "PutObject", key: lost, times: 1 });
    expect(await say(["deploy"])).toMatchObject({ exitCode: 0 });
    expect(listPuts().filter((call) => call.endsWith("/draw.py"))).toHaveLength(1);
    proxy.reset();
    expect((await say(["deploy"])).stdout).toContain("Nothing changed");
  });

  test("leaves alone what others put there", async () => {
    const Key = `${prefix}/dags/.airflowignore`;
    await rawClient(server.endpoint).send(new PutObjectCommand({ Bucket: bucket, Key, Body: "theirs/" }));
    expectRefusal(await say(["deploy"]), 65, ".airflowignore in bucket", "prefix of its own");
    expect([listPuts(), await readText("dags/.airflowignore")]).toEqual([[], "theirs/"]);
  });

  test("says before anything is put that the Glue script's modules are not at hand", async () => {
    const glue = [
      `source: { type: files, root: "s3://shop-exports/bq", region: ${region} }`,
      `lake: { type: s3, bucket: ${bucket}, prefix: ${prefix}/lake, region: ${region},`,
      `  endpoint: "${proxy.endpoint}", path_style: true }`,
      "engine: { type: glue, job: lift, role: 'arn:aws:iam::123456789012:role/shardlift-glue' }",
      "warehouse:",
      "  { type: snowflake, account: myorg-shop, user: U, auth: workload_identity, role: R, warehouse: W, database: D,",
      `    stage: D.S.LAKE, integration: I, lake_url: "s3://${bucket}/${prefix}/lake/" }`,
      ...buildEnvironment().split("\n").slice(3),
    ];
    await writeFile(join(site, "environments/prod.yaml"), glue.join("\n"));
    const said = await say(["deploy"], { SHARDLIFT_WHEELS: join(folder, "none") });
    expectRefusal(said, 64, "Modules of the Glue script are not at hand", "pip download");
    expect(listPuts()).toEqual([]);
  });
});
