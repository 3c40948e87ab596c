import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { generateShard } from "../../src/adapters/duckdb/generator.ts";
import type { ShardWish } from "../../src/generate/shard-spec.ts";
import { day } from "../support/builders.ts";
import { command, type Said } from "../support/command.ts";
import { createSite, type Site, waitForEnd } from "../support/site.ts";

const now = ["--now", "2026-11-23T10:00:00Z"];
const run = ["run", "--progress", "none", ...now];
const on = "2026-11-22";

async function openSite(files: Record<string, string> = {}): Promise<Site> {
  const site = await createSite(files);
  onTestFinished(() => site.remove());
  return site;
}

async function arrive(site: Site, wish: Partial<ShardWish> = {}, dayText = on): Promise<void> {
  const target = { root: join(site.folder, "source"), dataset: "analytics_1" };
  await generateShard({ family: "ga4_events", day: day(dayText), rows: 50, ...wish }, target);
}

function shardPath(site: Site, name = "events_20261122.parquet"): string {
  return join(site.folder, "source", "analytics_1", name);
}

/** A failure for people: its exit code, the four parts, and no stack trace. */
function expectRefusal(said: Said, exitCode: number, ...texts: string[]): void {
  const all = said.stdout + said.stderr;
  expect({ exitCode: said.exitCode, all }).toMatchObject({ exitCode });
  for (const text of texts) expect(all).toContain(text);
  expect(all).toContain("to do:");
  expect(all).not.toMatch(/^\s+at .*\.ts:/m);
}

/** Rows of the day that people see, after whatever happened. */
async function countRows(site: Site): Promise<string> {
  const { stdout } = await command(site, [
    "query",
    "--json",
    "select count(*) as n from analytics.events_all",
  ]);
  return JSON.parse(stdout).n;
}

describe("configuration", () => {
  test.each<[string, string, string]>([
    ["an unknown key", "famlies: []\n", "famlies"],
    ["a wrong type", "lookback: [1]\n", "lookback"],
  ])("%s is told at its place", async (_, line, key) => {
    const site = await openSite();
    const file = join(site.folder, "pipelines", "shop.yaml");
    writeFileSync(file, readFileSync(file, "utf8") + line);
    const said = await command(site, run);
    expectRefusal(said, 64, "pipelines/shop.yaml:6:", key, "rule:");
  });

  test("a bad zone, with what was meant", async () => {
    const site = await openSite();
    const file = join(site.folder, "pipelines", "shop.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("Europe/Berlin", "Europe/Berlim"));
    expectRefusal(await command(site, run), 64, "pipelines/shop.yaml:3:", "Europe/Berlin");
  });

  test("two pipelines into one table", async () => {
    const site = await openSite();
    const text = readFileSync(join(site.folder, "pipelines", "shop.yaml"), "utf8");
    writeFileSync(join(site.folder, "pipelines", "twin.yaml"), text.replace("name: shop", "name: twin"));
    expectRefusal(await command(site, ["validate"]).then(withRemedy), 64, "analytics.events");
  });

  test.each([
    `"events\\"; drop table x"`,
    `"../events"`,
    `"analytics.еvents"`,
    `"a.b;c"`,
    `"analytics.e\\u0000"`,
  ])("the hostile table name %s", async (name) => {
    const site = await openSite();
    const file = join(site.folder, "pipelines", "shop.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("analytics.events", name));
    expectRefusal(await command(site, run), 64, "pipelines/shop.yaml:5:");
  });

  test("a DuckDB warehouse over a lake on S3", async () => {
    const site = await openSite();
    const file = join(site.folder, "environments", "local.yaml");
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace("{ type: folder, root: ./lake }", "{ type: s3, bucket: x }"),
    );
    expectRefusal(await command(site, run), 64, "environments/local.yaml:", "S3");
  });

  function withRemedy(said: Said): Said {
    return said;
  }
});

describe("days", () => {
  test("in the future", async () => {
    const site = await openSite();
    expectRefusal(
      await command(site, [...run, "--days", "2026-12-24"]),
      64,
      "2026-12-24",
      "today is 2026-11-23",
    );
  });

  test("the wrong way round", async () => {
    const site = await openSite();
    expectRefusal(
      await command(site, [...run, "--days", "2026-11-22..2026-11-20"]),
      64,
      "2026-11-20..2026-11-22",
    );
  });

  test("that are none", async () => {
    const site = await openSite();
    expectRefusal(await command(site, [...run, "--days", "yesterday"]), 64, "yesterday");
  });
});

describe("a source", () => {
  test("whose folder is missing", async () => {
    const site = await openSite();
    rmSync(join(site.folder, "source"), { recursive: true });
    expectRefusal(await command(site, run), 64, "source");
  });

  test("with an empty shard makes a day with one empty file", async () => {
    const site = await openSite();
    await arrive(site, { rows: 0, duplicates: 0, conflicts: 0 });
    expect((await command(site, run)).exitCode).toBe(0);
    expect(await countRows(site)).toBe("0");
    const folders = await readdir(join(site.folder, "lake", "shop", "ga4_events", `day=${on}`));
    const files = await readdir(join(site.folder, "lake", "shop", "ga4_events", `day=${on}`, folders[0]!));
    expect(files).toHaveLength(1);
    const reconciled = await command(site, ["reconcile", ...now]);
    expect(reconciled).toMatchObject({ exitCode: 0 });
  });

  test("with a shard of another family under the right name", async () => {
    const site = await openSite();
    await arrive(site, { family: "ga4_users" });
    copyFileSync(shardPath(site, "users_20261122.parquet"), shardPath(site));
    expectRefusal(await command(site, run), 65, "another family");
  });

  test.each([
    ["truncated", (path: string) => truncateSync(path, 5000)],
    ["empty", (path: string) => writeFileSync(path, "")],
    ["no Parquet at all", (path: string) => writeFileSync(path, "hello")],
  ])("with a Parquet file that is %s: the day keeps its former rows", async (_, damage) => {
    const site = await openSite();
    await arrive(site);
    expect((await command(site, run)).exitCode).toBe(0);
    damage(shardPath(site));
    expectRefusal(await command(site, run), 65, "events_20261122.parquet");
    expect(await countRows(site)).toBe("50");
    await arrive(site, { revision: 2 });
    expect((await command(site, run)).exitCode).toBe(0);
    expect(await countRows(site)).toBe("51");
  });

  test("with an invalid line 70,001 in newline JSON", async () => {
    const site = await openSite();
    await arrive(site, { format: "jsonl" });
    const path = shardPath(site, "events_20261122.jsonl");
    const [line = ""] = readFileSync(path, "utf8").split("\n");
    writeFileSync(path, `${`${line}\n`.repeat(70_000)}{"event_name": "x",,}\n${line}\n`);
    expectRefusal(await command(site, run), 65, "events_20261122.jsonl", "70001");
  });

  test("with a key in newline JSON that nobody declared", async () => {
    const site = await openSite();
    await arrive(site, { format: "jsonl" });
    const path = shardPath(site, "events_20261122.jsonl");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace("{", '{"brand_new":1,'));
    expectRefusal(await command(site, run), 65, "events_20261122.jsonl", "brand_new");
  });

  test("with a column that changed its type: the day before stays, the new one stops", async () => {
    const site = await openSite();
    await arrive(site);
    expect((await command(site, run)).exitCode).toBe(0);
    const { openDatabase } = await import("../../src/adapters/duckdb/database.ts");
    const database = await openDatabase();
    const from = shardPath(site);
    const to = shardPath(site, "changed.parquet");
    await database.run(`copy (select * replace ([event_name] as event_name) from '${from}') to '${to}'`);
    database.close();
    copyFileSync(to, from);
    rmSync(to);
    expectRefusal(await command(site, run), 65, "event_name");
    expect(await countRows(site)).toBe("50");
  });
});

describe("a machine", () => {
  test("whose lake cannot be written", async () => {
    const site = await openSite();
    await arrive(site);
    await writeFile(join(site.folder, "lake"), "a file where the lake should be");
    expectRefusal(await command(site, run), 64, "lake");
  });

  test("whose disk is full while it writes: the day keeps its former rows", async ({ skip }) => {
    const site = await openSite();
    const lake = join(site.folder, "lake");
    await mkdir(lake);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=400k", "tmpfs", lake], { stdio: "ignore" });
    } catch {
      return skip("no small file system can be mounted here: that needs root");
    }
    try {
      await arrive(site);
      expect((await command(site, run)).exitCode).toBe(0);
      await arrive(site, { rows: 20_000 });
      expectRefusal(await command(site, run), 69, "space");
      expect(await countRows(site)).toBe("50");
    } finally {
      execFileSync("umount", ["-l", lake]);
    }
  });

  test("where another process holds the warehouse longer than the wait", async () => {
    const site = await openSite();
    const file = join(site.folder, "environments", "local.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("wait: 5 seconds", "wait: 1 second"));
    await arrive(site);
    const script = `import { openDatabase } from ${JSON.stringify(new URL("../../src/adapters/duckdb/database.ts", import.meta.url).href)};
      const held = await openDatabase({ path: "site.duckdb" });
      await held.run("create table x as select 1");
      console.log("holding");
      setInterval(() => {}, 1000);`;
    const { spawn } = await import("node:child_process");
    const holder = spawn(process.execPath, ["--input-type=module", "-e", script], { cwd: site.folder });
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    const said = await command(site, run);
    holder.kill("SIGKILL");
    await waitForEnd(holder);
    expectRefusal(said, 75, String(holder.pid));
    expect((await command(site, run)).exitCode).toBe(0);
    expect(await countRows(site)).toBe("50");
  });
});

describe("a signal", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends a run in the middle with %i; the next run goes on", async (signal, exitCode) => {
    const site = await openSite();
    for (const dayText of ["2026-11-20", "2026-11-21", "2026-11-22"])
      await arrive(site, { rows: 3000 }, dayText);
    const child = site.start(["run", "--progress", "json", ...now]);
    child.stderr?.once("data", () => child.kill(signal));
    const ended = await waitForEnd(child);
    expect({ exitCode: ended.exitCode, stderr: ended.stderr }).toMatchObject({ exitCode });
    expect(ended.stderr).toContain(`Stopped by ${signal}.`);
    expect(ended.stderr).not.toMatch(/^\s+at .*\.ts:/m);
    const after = await command(site, run);
    expect(after.exitCode).toBe(0);
    expect(await countRows(site)).toBe("9000");
  });
});
