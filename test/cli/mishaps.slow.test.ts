import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command } from "../support/command.ts";
import { arrive, countRows, expectRefusal, lastDay, now, openSite } from "../support/shop.ts";

const run = ["run", "--progress", "none", ...now];

describe("a lake file that somebody deleted", () => {
  test("is named by reconcile, fails queries of its day alone, and is made anew by backfill --again", async () => {
    const site = await openSite();
    await arrive(site, {}, "2026-11-21");
    await arrive(site);
    await command(site, run);
    const folder = join(site.folder, "lake", "shop", "ga4_events", "day=2026-11-21");
    const [generation = ""] = await readdir(folder);
    for (const file of await readdir(join(folder, generation))) rmSync(join(folder, generation, file));
    const reconciled = await command(site, ["reconcile", "--progress", "none", ...now]);
    expect(reconciled.exitCode).toBe(65);
    expect(reconciled.stdout).toContain("cold has 0 rows, the manifest says 50");
    // Another day moves meanwhile, and is not held up.
    await arrive(site, { revision: 2 });
    expect(await command(site, run)).toMatchObject({ exitCode: 0 });
    const cold = (on: string) => [
      "query",
      `select count(*) as n from analytics.events_cold where _day = '${on}'`,
    ];
    expect((await command(site, cold(lastDay))).stdout).toContain("51");
    const lost = await command(site, cold("2026-11-21"));
    expect(lost.exitCode).not.toBe(0);
    expect(lost.stderr).toContain("shardlift backfill --again makes it anew: --days 2026-11-21");
    const again = ["backfill", "--again", "--days", "2026-11-21", "--progress", "none", ...now];
    expect(await command(site, again)).toMatchObject({ exitCode: 0 });
    expect(await countRows(site)).toBe("101");
    expect(await command(site, ["reconcile", "--progress", "none", ...now])).toMatchObject({ exitCode: 0 });
  });
});

describe("a slip of the pen", () => {
  test.each([["selec 1"], ["select * frm x"], [".tables"], [""], ["select * from nowhere"]])(
    "in the query %j is told without a stack trace",
    async (sql) => {
      const site = await openSite();
      await arrive(site);
      await command(site, run);
      const said = await command(site, ["query", sql]);
      expect({ exitCode: said.exitCode, stdout: said.stdout }).toEqual({ exitCode: 64, stdout: "" });
      expect(said.stderr).not.toMatch(/^\s+at /m);
    },
  );

  test("in a filter cannot empty a loaded day unasked", async () => {
    const site = await openSite();
    await arrive(site);
    await command(site, run);
    const file = join(site.folder, "pipelines", "shop.yaml");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, `${text}filter: [{ column: platform, in: [WEBB] }]\n`);
    expectRefusal(await command(site, run), 65, "only 0 rows would stay");
    expect(await countRows(site)).toBe("50");
    expect(await command(site, [...run, "--accept"])).toMatchObject({ exitCode: 0 });
    expect(await countRows(site)).toBe("0");
  });

  test("in a column to be dropped is said aloud, and a filter on no column takes nothing away", async () => {
    const site = await openSite();
    const file = join(site.folder, "pipelines", "shop.yaml");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, `${text}columns: { drop: [usr_id] }\nfilter: [{ column: platfrom, in: [WEB] }]\n`);
    await arrive(site);
    const said = await command(site, ["run", "--progress", "lines", ...now]);
    expect(said.stderr).toContain(
      "warning: columns.drop: usr_id is no column of events_20261122 (ga4_events)",
    );
    expect(said.stderr).toContain("filter: platfrom is no column of events_20261122 (ga4_events)");
    expect(await countRows(site)).toBe("50");
  });
});

describe("doctor", () => {
  test("does not try the engine on a sick lake", async () => {
    const site = await openSite();
    await arrive(site);
    writeFileSync(join(site.folder, "lake"), "a file where the lake should be");
    const said = await command(site, ["doctor", ...now]);
    expect(said.exitCode).toBe(64);
    expect(said.stdout).toContain("failed engine    not tried, since it writes into the lake");
    expect(said.stdout + said.stderr).not.toMatch(/^\s+at /m);
  });

  test("looks for the key of a pipeline that hashes", async () => {
    const site = await openSite();
    await arrive(site);
    const pipeline = join(site.folder, "pipelines", "shop.yaml");
    writeFileSync(pipeline, `${readFileSync(pipeline, "utf8")}columns: { hash: [user_id] }\n`);
    const environment = join(site.folder, "environments", "local.yaml");
    writeFileSync(environment, `${readFileSync(environment, "utf8")}secrets: { hash_key: env:MY_KEY }\n`);
    const sick = await command(site, ["doctor", ...now]);
    expect(sick.stdout).toContain("failed secrets   A secret cannot be read.");
    const well = await command(site, ["doctor", ...now], { env: { MY_KEY: "k" } });
    expect(well).toMatchObject({ exitCode: 0 });
  });
});

test("init in an empty folder makes all that validate asks for", async () => {
  const site = await openSite();
  rmSync(join(site.folder, "environments"), { recursive: true });
  rmSync(join(site.folder, "pipelines"), { recursive: true });
  const flags = [
    "--name",
    "app",
    "--owner",
    "a@example.com",
    "--dataset",
    "analytics_2",
    "--time-zone",
    "Asia/Tokyo",
  ];
  const made = await command(site, [
    "init",
    ...flags,
    "--families",
    "ga4_events",
    "--schema",
    "app",
    "--project",
    "",
    "--start",
    "",
  ]);
  expect(made).toMatchObject({ exitCode: 0, stderr: "" });
  expect(existsSync(join(site.folder, "environments", "local.yaml"))).toBe(true);
  expect((await command(site, ["validate"])).stdout).toBe("1 pipeline and 1 environment, all valid\n");
});

test("reconcile says which days of the source it cannot compare yet", async () => {
  const site = await openSite();
  await arrive(site);
  await command(site, run);
  await arrive(site, {}, "2026-11-21");
  const said = await command(site, ["reconcile", "--progress", "none", ...now]);
  expect(said.exitCode).toBe(0);
  expect(said.stdout).toContain("not compared: 1 day of the source not loaded yet (ga4_events 2026-11-21)");
});

test("a newline-JSON day of a quarter of a gigabyte is lifted within half a gigabyte of memory", async () => {
  const site = await openSite();
  await arrive(site, { rows: 60_000, format: "jsonl", duplicates: 0, conflicts: 0 });
  expect(await command(site, run)).toMatchObject({ exitCode: 0 });
  expect(await countRows(site)).toBe("60000");
});
