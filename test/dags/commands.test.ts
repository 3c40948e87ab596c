import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { manifestSchema } from "../../src/dags/manifest-schema.ts";
import { command, readLine } from "../support/command.ts";
import { arrive, now, openSite } from "../support/shop.ts";

const days = ["--first-day", "2026-11-19", "--last-day", "2026-11-22"];

describe("compile", () => {
  test("writes a manifest that its schema accepts, the same each time", async () => {
    const site = await openSite();
    expect(await command(site, ["compile"])).toMatchObject({ exitCode: 0 });
    const file = join(site.folder, "dags", "shardlift_manifest.json");
    const text = await readFile(file, "utf8");
    expect(manifestSchema.parse(JSON.parse(text)).dags.map(({ id }) => id)).toContain("shardlift__shop");
    await command(site, ["compile"]);
    expect(await readFile(file, "utf8")).toBe(text);
  });

  test("writes where it is told to", async () => {
    const site = await openSite();
    await command(site, ["compile", "--to", "build/airflow"]);
    expect(existsSync(join(site.folder, "build", "airflow", "shardlift_manifest.json"))).toBe(true);
  });

  test.each(["x; rm -rf ~", "$(reboot)", "Shop"])(
    "refuses a pipeline called %s and writes nothing",
    async (name) => {
      const site = await openSite({
        [`pipelines/${name.replaceAll("/", "")}.yaml`]: `name: ${JSON.stringify(name)}\n`,
      });
      const said = await command(site, ["compile"]);
      expect(said.exitCode).toBe(64);
      expect(said.stderr).toContain("name");
      expect(existsSync(join(site.folder, "dags"))).toBe(false);
    },
  );

  test("refuses an environment that is not there", async () => {
    const site = await openSite();
    expect(await command(site, ["compile", "--environment", "prodd"])).toMatchObject({ exitCode: 64 });
  });
});

describe("batches", () => {
  test("tell the work of fixed days as one line, and nothing once it is done", async () => {
    const site = await openSite();
    for (const on of ["2026-11-20", "2026-11-21", "2026-11-22"]) await arrive(site, {}, on);
    const said = await command(site, ["batches", ...days, "--batch-days", "2", ...now]);
    expect(said.exitCode).toBe(0);
    expect(readLine(said)).toMatchObject({
      task: "batches",
      pipeline: "shop",
      batches: ["2026-11-21..2026-11-22", "2026-11-20..2026-11-20"],
      days: 3,
    });
    expect(said.stderr).toContain("2026-11-22");
    await command(site, ["backfill", "--days", "2026-11-21..2026-11-22", "--json", ...now]);
    expect(readLine(await command(site, ["batches", ...days, ...now]))).toMatchObject({
      batches: ["2026-11-20..2026-11-20"],
    });
    await command(site, ["backfill", "--days", "2026-11-20", "--json", ...now]);
    const done = await command(site, ["batches", ...days, ...now]);
    expect([done.exitCode, readLine(done).batches]).toEqual([99, []]);
  });

  test("are none on a dry run, which still tells the days", async () => {
    const site = await openSite();
    await arrive(site);
    const said = await command(site, ["batches", ...days, "--dry-run", ...now]);
    expect([said.exitCode, readLine(said).batches, readLine(said).days]).toEqual([0, [], 1]);
  });

  test.each([
    ["without days", []],
    ["with one day only", ["--first-day", "2026-11-19"]],
    ["with days that are none", ["--first-day", "yesterday", "--last-day", "today"]],
    ["in no order", [...days, "--order", "random"]],
    ["of no days", [...days, "--batch-days", "0"]],
  ])("are refused %s", async (_, flags) => {
    const said = await command(await openSite(), ["batches", ...flags, ...now]);
    expect([said.exitCode, readLine(said).outcome]).toEqual([64, "failed"]);
  });
});

test("the line of load says which days came into which table, for those who follow it", async () => {
  const site = await openSite();
  await arrive(site, {}, "2026-11-21");
  await arrive(site);
  await command(site, ["extract", ...now]);
  expect(Object.values(readLine(await command(site, ["load", ...now])).loaded as object)).toEqual([
    { days: ["2026-11-22", "2026-11-21"], count: 2, rows: 100 },
  ]);
});
