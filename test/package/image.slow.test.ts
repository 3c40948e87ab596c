import { readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeConfigFolder, namedPipeline } from "../config/config-folder.ts";
import { copyCheckout } from "./copy-checkout.ts";
import { listCopies, readDockerfile } from "./read-dockerfile.ts";
import { runProgram } from "./run-program.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
let folder: string;
let image: string;

/** Lays out /opt/shardlift as the Dockerfile's last stage does; the packages come by a link. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shardlift-image-"));
  const checkout = await copyCheckout(root, join(folder, "checkout"));
  const built = await runProgram("node", ["scripts/build.ts"], { cwd: checkout });
  if (built.code !== 0) throw new Error(built.stdout + built.stderr);
  image = join(folder, "opt", "shardlift");
  await mkdir(image, { recursive: true });
  const stage = readDockerfile(readFileSync(join(root, "Dockerfile"), "utf8")).at(-1)!;
  for (const { sources, to } of listCopies(stage)) {
    for (const source of sources) await place(join(checkout, source.replace(/^\/build\//, "")), to);
  }
});

afterAll(() => rm(folder, { recursive: true }));

async function place(source: string, to: string): Promise<void> {
  if (to === "node_modules") return symlink(join(root, "node_modules"), join(image, to));
  const name = to === "./" ? source.split("/").at(-1)! : to;
  await cp(source, join(image, name), { recursive: true });
}

async function run(args: readonly string[], config: string) {
  const cwd = await mkdtemp(join(folder, "tmp-"));
  return runProgram("node", [join(image, "bin", "shardlift.mjs"), ...args], {
    cwd,
    env: { SHARDLIFT_CONFIG: config, TMPDIR: cwd, NODE_ENV: "production" },
  });
}

test("the image can deploy: it has the DAG files of its release", async () => {
  const built = pathToFileURL(join(image, "dist/cli/deploy/read-dag-files.js")).href;
  const program = `const { dagsFolder, readDagFiles } = await import("${built}");
      console.log((await readDagFiles(dagsFolder)).map(({ name }) => name).join(" "));`;
  const ended = await runProgram("node", ["--input-type=module", "-e", program], { cwd: folder });
  expect(ended).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\.airflowignore .* shardlift_faults\.py\n$/),
  });
});

test("what the image holds is enough to run, and nothing is written into it", async () => {
  const config = await makeConfigFolder({
    "pipelines/shop.yaml": namedPipeline("shop", "analytics.shop"),
    "environments/local.yaml": [
      "source: { type: files, root: ./source }",
      "lake: { type: folder, root: ./lake }",
      "warehouse: { type: duckdb, path: ./w.duckdb }",
      "",
    ].join("\n"),
    "source/analytics_1/README": "",
  });
  const list = () =>
    readdir(image, { recursive: true }).then((names) =>
      names.filter((name) => !name.startsWith("node_modules")),
    );
  const before = await list();
  expect(await run(["validate"], config)).toMatchObject({
    code: 0,
    stdout: "1 pipeline and 1 environment, all valid\n",
  });
  const shards = [
    "generate",
    "--days",
    "2026-11-20",
    "--rows",
    "50",
    "--dataset",
    "analytics_1",
    "--time-zone",
    "UTC",
  ];
  expect(await run([...shards, "--to", join(config, "source")], config)).toMatchObject({ code: 0 });
  const days = ["--days", "2026-11-20", "--now", "2026-11-23T10:00:00Z"];
  expect(await run(["extract", ...days], config)).toMatchObject({ code: 0 });
  expect(JSON.parse((await run(["load", ...days], config)).stdout)).toMatchObject({
    outcome: "done",
    rows: 50,
  });
  expect((await list()).toSorted()).toEqual(before.toSorted());
});
