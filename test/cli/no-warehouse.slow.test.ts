import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { command, readLine } from "../support/command.ts";
import { createSite } from "../support/site.ts";

const at = ["--now", "2026-11-23T11:00:00Z"];

async function create() {
  const site = await createSite({
    "environments/local.yaml": `source: { type: files, root: ./source }
lake: { type: folder, root: ./lake }
engine: { type: duckdb, memory: 500 MB, threads: 1 }
warehouse: { type: none }
`,
  });
  onTestFinished(() => site.remove());
  return site;
}

test("days are lifted and reconciled, and what is a warehouse's says that there is none", async () => {
  const site = await create();
  const shards = ["--days", "2026-11-22", "--rows", "50", "--dataset", "analytics_1"];
  await command(site, ["generate", ...shards, "--to", join(site.folder, "source")]);
  const run = await command(site, ["run", "--progress", "none", "--days", "2026-11-22", ...at]);
  expect(run.exitCode).toBe(0);
  expect(run.stdout).not.toMatch(/load|refresh/);
  const reconciled = await command(site, ["reconcile", "--progress", "none", "--days", "2026-11-22", ...at]);
  expect(reconciled.exitCode).toBe(0);
  expect(reconciled.stdout).toContain("source and manifest agree, every row is accounted for");
  const load = await command(site, ["load", "--progress", "none", ...at]);
  expect([load.exitCode, readLine(load).reason]).toEqual([99, "the environment has no warehouse"]);
  const doctor = await command(site, ["doctor", ...at]);
  expect(doctor.stdout).toMatch(/warehouse +none: the lake is asked as it is, or through the catalog/);
  const review = await command(site, ["review", "shop", ...at]);
  expect(review.stdout).toContain("| `analytics.events` | GA4 events |");
  expect(review.stdout).toContain("- no warehouse: all days are in the lake\n");
});

test("query is refused, with where to ask instead", async () => {
  const said = await command(await create(), ["query", "select 1"]);
  expect([said.exitCode, said.stdout]).toEqual([64, ""]);
  expect(said.stderr).toContain("There is no warehouse to ask.");
  expect(said.stderr).toContain("environments/local.yaml: warehouse of type none");
  expect(said.stderr).toContain("Athena");
});
