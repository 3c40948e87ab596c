import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { command } from "../support/command.ts";
import { createSite } from "../support/site.ts";

const app = `name: app
owner: test@example.com
property: { dataset: analytics_2, time_zone: Europe/Berlin }
families:
  - { family: ga4_events, table: analytics.app_events }
columns: { hash: [user_id] }
`;

const environment = `source: { type: files, root: ./source }
lake: { type: folder, root: ./lake }
engine: { type: duckdb, memory: 500 MB, threads: 1 }
warehouse: { type: duckdb, path: ./site.duckdb, wait: 5 seconds }
secrets: { hash_key: env:KEY }
`;

/** Two pipelines with a shard each; `app` comes first by name, and hashes. */
async function openSite() {
  const site = await createSite({ "pipelines/app.yaml": app, "environments/local.yaml": environment });
  onTestFinished(() => site.remove());
  const source = join(site.folder, "source");
  const generated = ["generate", "--days", "2026-11-20", "--rows", "5", "--to", source, "--progress", "none"];
  expect((await command(site, [...generated, "--dataset", "analytics_1"])).exitCode).toBe(0);
  await mkdir(join(source, "analytics_2"));
  for (const name of await readdir(join(source, "analytics_1")))
    await copyFile(join(source, "analytics_1", name), join(source, "analytics_2", name));
  return { site, source };
}

test("doctor without --pipeline looks at each pipeline, and once at what they share", async () => {
  const { site } = await openSite();
  const { exitCode, stdout } = await command(site, ["doctor"], { env: { KEY: "k" } });
  expect(stdout.split("\n").map((line) => line.replace(/^(ok|failed) +([a-z]+) .*$/, "$1 $2"))).toEqual([
    "Pipeline app, with what all share",
    ...["ok config", "ok source", "ok lake", "ok clock", "ok engine", "ok warehouse", "ok secrets"],
    "",
    "Pipeline shop",
    ...["ok config", "ok source", "ok warehouse"],
    "",
  ]);
  expect(exitCode).toBe(0);
});

test("what is wrong with one of them is told with its name, and ends all of it with 64", async () => {
  const { site } = await openSite();
  const { exitCode, stdout } = await command(site, ["doctor", "--json"]);
  expect(exitCode).toBe(64);
  const { ok, steps } = JSON.parse(stdout) as { ok: boolean; steps: Record<string, unknown>[] };
  expect(ok).toBe(false);
  expect(steps.map(({ pipeline, step, ok }) => `${pipeline} ${step} ${ok}`)).toEqual([
    ...["app config true", "app source true", "app lake true", "app clock true", "app engine true"],
    ...[
      "app warehouse true",
      "app secrets false",
      "shop config true",
      "shop source true",
      "shop warehouse true",
    ],
  ]);
});

test("with --pipeline it says nothing of the other", async () => {
  const { site } = await openSite();
  const { exitCode, stdout } = await command(site, ["doctor", "--json", "--pipeline", "shop"]);
  expect(exitCode).toBe(0);
  expect(
    JSON.parse(stdout).steps.map(({ pipeline, step }: Record<string, string>) => [pipeline, step]),
  ).toEqual(["config", "source", "lake", "clock", "engine", "warehouse"].map((step) => [undefined, step]));
  expect(stdout).not.toContain("app");
});
