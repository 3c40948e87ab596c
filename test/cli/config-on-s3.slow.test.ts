import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { buildConfigDigest } from "../../src/config/config-digest.ts";
import { makeBucket, randomHex, rawClient, region, useStandInCredentials } from "../adapters/s3/s3-world.ts";
import { namedPipeline } from "../config/config-folder.ts";
import { type AwsProxy, startAwsProxy } from "../support/aws-proxy.ts";
import { type AwsServer, findServer, neededServer, startMinistack } from "../support/aws-servers.ts";
import { command, readLine, type Said } from "../support/command.ts";
import { expectRefusal } from "../support/shop.ts";

const bucket = "shop-config";

describe.skipIf(findServer("ministack") === null)(`a configuration on S3${neededServer("ministack")}`, () => {
  let server: AwsServer;
  let proxy: AwsProxy;
  let folder: string;
  let temporary: string;
  const kept = process.env.TMPDIR;

  beforeAll(async () => {
    useStandInCredentials();
    folder = await mkdtemp(join(tmpdir(), "shardlift-on-s3-"));
    temporary = join(folder, "tmp");
    await mkdir(temporary);
    server = await startMinistack();
    proxy = await startAwsProxy(server.endpoint);
    process.env.TMPDIR = temporary;
    await makeBucket(server.endpoint, bucket);
  });
  beforeEach(() => proxy.reset());

  // However a command ended, what it fetched is gone.
  afterEach(async () => expect(await readdir(temporary)).toEqual([]));

  afterAll(async () => {
    if (kept === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = kept;
    await proxy?.stop();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function put(prefix: string, files: Record<string, string>): Promise<string> {
    for (const [name, Body] of Object.entries(files)) {
      const command = new PutObjectCommand({ Bucket: bucket, Key: `${prefix}/${name}`, Body });
      await rawClient(server.endpoint).send(command);
    }
    return `s3://${bucket}/${prefix}/`;
  }

  function say(address: string, args: string[]): Promise<Said> {
    const env = { SHARDLIFT_CONFIG: address, AWS_REGION: region, AWS_ENDPOINT_URL_S3: proxy.endpoint };
    return command({ folder }, args, { env });
  }

  /** Absolute places: what a command writes stays when its configuration goes. */
  const files = () => ({
    "pipelines/shop.yaml": namedPipeline("shop", "analytics.shop"),
    "environments/local.yaml": [
      `source: { type: files, root: ${join(folder, "source")} }`,
      `lake: { type: folder, root: ${join(folder, "lake")} }`,
      `warehouse: { type: duckdb, path: ${join(folder, "w.duckdb")} }`,
      "",
    ].join("\n"),
  });

  test("is read by each command, and nothing but it is asked for", async () => {
    const address = await put(randomHex(8), { ...files(), "README.md": "not ours" });
    expect(await say(address, ["validate"])).toEqual({
      exitCode: 0,
      stdout: "1 pipeline and 1 environment, all valid\n",
      stderr: "",
    });
    const days = ["--days", "2026-11-20"];
    const wish = ["--rows", "20", "--dataset", "analytics_1", "--time-zone", "UTC"];
    await say(address, ["generate", ...days, ...wish, "--to", join(folder, "source")]);
    const now = ["--now", "2026-11-23T10:00:00Z"];
    expect(readLine(await say(address, ["run", "--json", ...days, ...now]))).toMatchObject({ rows: 20 });
    const asked = await say(address, ["query", "--json", "select count(*) as n from analytics.shop"]);
    expect(asked.stdout).toBe('{"n":"20"}\n');
    expect(await say(address, ["compile", "--to", "dags"])).toMatchObject({ exitCode: 0 });
    expect(new Set(proxy.calls.map((call) => call.split(" ")[0]))).toEqual(
      new Set(["ListObjectsV2", "GetObject"]),
    );
    expect(proxy.calls.some((call) => call.includes("README"))).toBe(false);
  });

  test("tells faults of its files by names that say where they come from", async () => {
    const address = await put(randomHex(8), { ...files(), "pipelines/shop.yaml": "name: [\n" });
    const said = await say(address, ["validate"]);
    expect(said.exitCode).toBe(64);
    expect(said.stderr).toContain(`${address.slice("s3://".length)}pipelines/shop.yaml:`);
  });

  test("that was deployed is the one that was deployed", async () => {
    const bodies = Object.entries(files()).map(([name, text]) => ({ name, body: Buffer.from(text) }));
    const address = await put(`config/${buildConfigDigest(bodies)}`, files());
    expect(await say(address, ["validate"])).toMatchObject({ exitCode: 0 });
    await put(address.slice(`s3://${bucket}/`.length, -1), { "pipelines/other.yaml": "name: other\n" });
    expectRefusal(await say(address, ["validate"]), 64, "is not the one that was deployed there");
  });

  test.each([
    ["an address with nothing below it", `s3://${bucket}/nothing`, "There is no configuration at"],
    ["a bucket that is not there", "s3://shop-nowhere/config", "NoSuchBucket"],
  ])("is told for people: %s", async (_, address, words) => {
    expectRefusal(await say(address, ["validate"]), 64, words);
  });

  test("that may not be read is told for people, and in the line of a task", async () => {
    proxy.inject({ fault: "answer", operation: "ListObjectsV2", status: 403, code: "AccessDenied" });
    const said = await say(`s3://${bucket}/config`, ["extract", "--progress", "none"]);
    expectRefusal(said, 69, `cannot be read from s3://${bucket}/config/`, "AccessDenied", "s3:ListBucket");
    expect(readLine(said)).toMatchObject({ task: "extract", outcome: "failed", error: { code: "outside" } });
  });

  test("is asked for again where S3 is busy for a moment", async () => {
    const address = await put(randomHex(8), files());
    proxy.inject({ fault: "answer", operation: "GetObject", status: 503, code: "SlowDown", times: 1 });
    expect(await say(address, ["validate"])).toMatchObject({ exitCode: 0 });
  });

  test("with places relative to it is refused, since what is written there would be lost", async () => {
    const relative = "source: { type: files, root: ./s }\nlake: { type: folder, root: ./lake }\n";
    const environment = `${relative}warehouse: { type: duckdb, path: ./w.duckdb }\n`;
    const address = await put(randomHex(8), { ...files(), "environments/local.yaml": environment });
    expectRefusal(await say(address, ["plan"]), 64, "would be lost: lake.root and warehouse.path");
    expectRefusal(await say(address, ["query", "select 1"]), 64, "would be lost");
  });
});
