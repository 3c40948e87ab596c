import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createMemoryStore } from "../../src/adapters/memory/memory-store.ts";
import { buildScriptStep } from "../../src/cli/deploy/deploy-script.ts";
import { findPlaces } from "../../src/cli/deploy/find-places.ts";
import { dagsFolder, readDagFiles } from "../../src/cli/deploy/read-dag-files.ts";
import { describeDeploy, renderDeploy } from "../../src/cli/deploy/render-deploy.ts";
import type { PlacePlan } from "../../src/deploy/types.ts";
import { plain } from "../../src/plan/render-plan.ts";
import type { Script } from "../../src/ports.ts";
import { buildLocal } from "../dags/environments.ts";
import { buildRun, readAll } from "../deploy/stores.ts";
import { command } from "../support/command.ts";
import { expectRefusal, openSite } from "../support/shop.ts";

describe("an environment is deployed", () => {
  const dags = "airflow: { dags: 's3://shop-airflow/dags', region: eu-central-1 }";
  const config = "runner: { type: bash, config: 's3://shop-config/shardlift' }";

  test("where its file says", () => {
    expect(findPlaces(buildLocal(dags, config), {})).toEqual({
      dags: "s3://shop-airflow/dags/",
      config: "s3://shop-config/shardlift/",
      region: "eu-central-1",
    });
  });

  test("in the region that AWS's tools are told, where the file names none", () => {
    const environment = buildLocal(dags.replace(", region: eu-central-1", ""), config);
    expect(findPlaces(environment, { AWS_REGION: "eu-west-1" }).region).toBe("eu-west-1");
    expect(() => findPlaces(environment, {})).toThrow(/lacks airflow\.region$/m);
  });

  test.each([
    [[dags], "lacks runner.config"],
    [[dags, "runner: { type: bash, config: /opt/config }"], "lacks runner.config"],
    [[config, "airflow: { region: eu-central-1 }"], "lacks airflow.dags"],
    [[], "lacks airflow.dags, runner.config, airflow.region"],
  ])("nowhere with %j", (lines, words) => {
    expect(() => findPlaces(buildLocal(...lines), {})).toThrow(words);
  });

  test("never, where a pipeline or the environment is wrong; all that is wrong is told", async () => {
    const site = await openSite({ "pipelines/app.yaml": "name: app\n", "pipelines/web.yaml": "nam: web\n" });
    const said = await command(site, ["deploy"]);
    expect(said.exitCode).toBe(64);
    expect(said.stderr).toContain("app.yaml");
    expect(said.stderr).toContain("web.yaml");
  });

  test("never, where it does not say where to", async () => {
    expectRefusal(await command(await openSite(), ["deploy"]), 64, "airflow.dags", "runner.config");
  });
});

describe("DAG files", () => {
  test("of this release come in the order in which Airflow needs them", async () => {
    const names = (await readDagFiles(dagsFolder)).map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual([".airflowignore", "shardlift_airflow/__init__.py"]);
    expect(names.slice(-2)).toEqual(["shardlift_dags.py", "shardlift_faults.py"]);
    expect(names).toContain("shardlift_airflow/dag-manifest.schema.json");
  });

  test("are without a manifest that was compiled there, and without what tools leave", async () => {
    const folder = await mkdtemp(join(tmpdir(), "shardlift-dag-files-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const names = [
      "a.py",
      "shardlift_manifest.json",
      ".DS_Store",
      "notes.md",
      "__pycache__/a.cpython-312.pyc",
    ];
    await mkdir(join(folder, "__pycache__"));
    for (const name of names) await writeFile(join(folder, name), name);
    expect(await readDagFiles(folder)).toEqual([{ name: "a.py", body: Buffer.from("a.py") }]);
  });
});

describe("the Glue script", () => {
  const script: Script = {
    digest: "ab".repeat(32),
    readFiles: async () => [
      { name: "job.py", role: "script", body: Buffer.from("job") },
      { name: "lib.zip", role: "archive", body: Buffer.from("lib") },
    ],
  };
  const name = `_scripts/${script.digest}/`;

  test("is put where it is not, and is in step then, whatever modules are at hand", async () => {
    const store = createMemoryStore({ nowMs: () => 0 });
    const step = await buildScriptStep(store, script);
    expect(step.plan).toEqual({
      part: "script",
      changes: [{ name, change: "new", bytes: 6 }],
      isInStep: false,
    });
    const run = buildRun();
    await step.apply(run);
    expect(run.said).toEqual(["script: 3 objects put"]);
    const there = await readAll(store);
    const missing = { ...script, readFiles: () => Promise.reject(new Error("no modules")) };
    const again = await buildScriptStep(store, missing);
    expect(again.plan.isInStep).toBe(true);
    await again.apply(run);
    expect(await readAll(store)).toEqual(there);
  });

  test("whose modules are not at hand is told before anything is put", async () => {
    const missing = { ...script, readFiles: () => Promise.reject(new Error("no modules")) };
    await expect(buildScriptStep(createMemoryStore({ nowMs: () => 0 }), missing)).rejects.toThrow(
      "no modules",
    );
  });

  test("is not put after a stop", async () => {
    const store = createMemoryStore({ nowMs: () => 0 });
    const step = await buildScriptStep(store, script);
    const run = buildRun({ signal: AbortSignal.abort(new Error("stop")) });
    await expect(step.apply(run)).rejects.toThrow("stop");
    expect(await readAll(store)).toEqual({});
  });
});

describe("what a deploy would do", () => {
  const plans: PlacePlan[] = [
    {
      part: "configuration",
      changes: [
        { name: "pipelines/shop.yaml", change: "changed", bytes: 420 },
        { name: "environments/prod.yaml", change: "same", bytes: 900 },
      ],
      isInStep: false,
    },
    { part: "DAGs", changes: [{ name: "lift/old.py", change: "removed", bytes: 1500 }], isInStep: false },
  ];

  test("is a table of what differs, or of everything", async () => {
    const shown = await renderDeploy(plans, { paint: plain, all: false });
    expect(shown.split("\n")).toEqual([
      "part           file                 change   size",
      "─".repeat(52),
      "configuration  pipelines/shop.yaml  changed  420 B",
      "DAGs           lift/old.py          removed  1.50 kB",
      "",
    ]);
    expect(await renderDeploy(plans, { paint: plain, all: true })).toMatch(/environments\/prod.yaml +same/);
  });

  test("is painted line by line", async () => {
    const paint = (style: string, text: string) => `${style}: ${text.split(" ")[0]}`;
    const lines = (await renderDeploy(plans, { paint, all: true })).split("\n").slice(2, 5);
    expect(lines).toEqual(["warn: configuration", "dim: configuration", "bad: DAGs"]);
  });

  test("is a sentence", () => {
    expect(describeDeploy(plans, "s3://b/c/")).toBe(
      "0 new, 1 changed, 1 removed, 1 same; the configuration will be s3://b/c/",
    );
    const still = plans.map((plan) => ({ ...plan, isInStep: true, changes: plan.changes.slice(1) }));
    expect(describeDeploy(still, "s3://b/c/")).toBe(
      "Nothing changed: 1 file as deployed; the configuration is s3://b/c/",
    );
  });
});
