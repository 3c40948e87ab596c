import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { command, readLine } from "../support/command.ts";
import { createSite } from "../support/site.ts";

const at = ["--now", "2026-11-23T11:00:00Z"];

async function create() {
  const site = await createSite();
  onTestFinished(() => site.remove());
  const shards = ["--days", "2026-11-21..2026-11-22", "--rows", "50", "--dataset", "analytics_1"];
  const to = join(site.folder, "source");
  expect(await command(site, ["generate", ...shards, "--to", to])).toMatchObject({ exitCode: 0 });
  return site;
}

test("extract --sample shows people counts, files and columns, and commits nothing", async () => {
  const site = await create();
  const { exitCode, stdout } = await command(site, ["extract", "--sample", "20", ...at]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("ga4_events 2026-11-22, from events_20261122\n  20 rows read, ");
  expect(stdout).toMatch(/\n {2}_runs\/[0-9a-f]{64}\/.*\.parquet \(\d+ rows, [\d.]+ kB\)\n/);
  expect(stdout).toMatch(/\n {2}event_name +STRING +\d+\n/);
  expect(stdout).toContain(`Nothing is committed. The files are in folder ${join(site.folder, "lake")}`);
  expect(await readdir(join(site.folder, "lake"))).toEqual(["_runs"]);
});

test("with --json it writes the one line of a task", async () => {
  const site = await create();
  const said = await command(site, ["extract", "--sample", "20", "--json", "--days", "2026-11-21", ...at]);
  expect(said.exitCode).toBe(0);
  expect(readLine(said)).toMatchObject({
    task: "extract",
    outcome: "done",
    sample: [{ day: "2026-11-21", balance: { source: 20 }, files: [expect.stringMatching(/^_runs\//)] }],
  });
});

test.each(["0", "-1", "many", "1.5", "1000001"])(
  "--sample %s is refused, in words and as JSON",
  async (rows) => {
    const folder = await mkdtemp(join(tmpdir(), "shardlift-sample-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const said = await command({ folder }, ["extract", `--sample=${rows}`]);
    expect([said.exitCode, said.stdout]).toEqual([64, ""]);
    expect(said.stderr).toContain("The value of --sample is no number of rows.");
    const line = readLine(await command({ folder }, ["extract", `--sample=${rows}`, "--json"]));
    expect(line).toMatchObject({ task: "extract", outcome: "failed", error: { code: "usage" } });
  },
);

test("a sample of nothing is no failure for people, and 99 for whoever asks in JSON", async () => {
  const site = await createSite();
  onTestFinished(() => site.remove());
  const people = await command(site, ["extract", "--sample", "20", ...at]);
  expect([people.exitCode, people.stdout]).toEqual([0, "No sample was taken.\n"]);
  expect((await command(site, ["extract", "--sample", "20", "--json", ...at])).exitCode).toBe(99);
});
