import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { buildEvenings } from "../../../scripts/demo-airflow/build-evenings.ts";
import { createDemoSite } from "../../../scripts/demo-airflow/demo-site.ts";
import { day } from "../../support/builders.ts";
import { waitForEnd } from "../../support/site.ts";

test("a compiled demo's command runs at the demo's time, and is known while it runs", async () => {
  const parent = await mkdtemp(join(tmpdir(), "shardlift-demo-airflow-"));
  onTestFinished(() => rm(parent, { recursive: true }));
  const site = await createDemoSite(join(parent, "demo"));
  const { evenings } = buildEvenings(day("2026-11-10"));
  await site.publish(evenings[0]!);
  await site.compile("5 4 * * *");
  expect(existsSync(join(site.folder, "dags", "shardlift_airflow", "draw.py"))).toBe(true);

  const manifest = JSON.parse(await readFile(join(site.folder, "dags", "shardlift_manifest.json"), "utf8"));
  const shop = manifest.dags.find(({ id }: { id: string }) => id === "shardlift__web-shop");
  expect([shop.schedule, shop.kind]).toEqual(["5 4 * * *", "whole"]);
  const [program, ...words] = [...manifest.runner.command, ...shop.tasks[0].argv];
  const child = spawn(program, words, {
    env: { ...process.env, ...manifest.runner.variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ending = waitForEnd(child);
  let calls = await site.listCalls();
  while (calls.length === 0 && child.exitCode === null) calls = await site.listCalls();
  expect(calls).toEqual([{ pid: child.pid, words: shop.tasks[0].argv }]);

  const { exitCode, stdout } = await ending;
  const line = JSON.parse(stdout);
  expect([exitCode, line.task, line.days]).toEqual([75, "wait", { waiting: 1, done: 4 }]);
  expect(await site.listCalls()).toEqual([]);
});
