import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openDatabase } from "../../src/adapters/duckdb/database.ts";
import { command } from "../support/command.ts";
import { arrive, countRows, expectRefusal, lastDay, now, openSite } from "../support/shop.ts";
import { type Site, waitForEnd } from "../support/site.ts";

const run = ["run", "--progress", "none", ...now];

function shardPath(site: Site, name = "events_20261122.parquet"): string {
  return join(site.folder, "source", "analytics_1", name);
}

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
    const folders = await readdir(join(site.folder, "lake", "shop", "ga4_events", `day=${lastDay}`));
    const files = await readdir(
      join(site.folder, "lake", "shop", "ga4_events", `day=${lastDay}`, folders[0]!),
    );
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
