import { describe, expect, test } from "vitest";
import { command, readLine } from "../support/command.ts";
import { arrive as arriveAt, now, openSite } from "../support/shop.ts";
import type { Site } from "../support/site.ts";

const arrive = (site: Site, on: string, revision = 1) => arriveAt(site, { revision }, on);

describe("the tasks, in the order in which Airflow calls them", () => {
  test("each print one line of JSON and exit by the contract, the first time and the second", async () => {
    const site = await openSite();
    await arrive(site, "2026-11-22");
    const days = ["--days", "2026-11-22"];
    const call = async (task: string) => {
      const said = await command(site, [task, ...days, ...now]);
      return [task, said.exitCode, readLine(said).outcome];
    };
    const tasks = ["push-script", "ensure-job", "wait", "extract", "crawl", "load", "refresh", "prune"];
    const first = [];
    for (const task of tasks) first.push(await call(task));
    expect(first).toEqual([
      ["push-script", 99, "nothing to do"],
      ["ensure-job", 99, "nothing to do"],
      ["wait", 0, "done"],
      ["extract", 0, "done"],
      ["crawl", 99, "nothing to do"],
      ["load", 0, "done"],
      ["refresh", 0, "done"],
      ["prune", 99, "nothing to do"],
    ]);
    const second = [];
    for (const task of ["wait", "extract", "load", "refresh"]) second.push(await call(task));
    expect(second).toEqual([
      ["wait", 0, "done"],
      ["extract", 99, "nothing to do"],
      ["load", 99, "nothing to do"],
      ["refresh", 99, "nothing to do"],
    ]);
    const reconciled = await command(site, ["reconcile", "--json", ...days, ...now]);
    expect(reconciled.exitCode).toBe(0);
    expect(readLine(reconciled)).toEqual({
      task: "reconcile",
      pipeline: "shop",
      environment: "local",
      outcome: "all balance",
      days: 1,
      rows: 50,
      differences: 0,
      notLoaded: 0,
      notable: [],
    });
  });

  test("wait says which days are not there, and asks to be asked again", async () => {
    const site = await openSite();
    await arrive(site, "2026-11-20");
    const said = await command(site, ["wait", ...now]);
    expect(said.exitCode).toBe(75);
    expect(readLine(said)).toMatchObject({
      outcome: "not ready",
      days: { waiting: 2, done: 1 },
      notable: [
        { day: "2026-11-22", outcome: "waiting" },
        { day: "2026-11-21", outcome: "waiting" },
      ],
    });
  });

  test("a missing day blocks nobody else", async () => {
    const site = await openSite();
    await arrive(site, "2026-11-19");
    await arrive(site, "2026-11-22");
    const said = await command(site, ["wait", "--days", "2026-11-19..2026-11-20", ...now]);
    expect(said.exitCode).toBe(0);
    expect(readLine(said)).toMatchObject({ notable: [{ day: "2026-11-20", outcome: "missing" }] });
    const alone = await command(site, ["wait", "--days", "2026-11-20", ...now]);
    expect(alone.exitCode).toBe(75);
  });

  test("a failure is one line of JSON too, with its message on stderr", async () => {
    const site = await openSite();
    const said = await command(site, ["extract", "--pipeline", "shup", ...now]);
    expect(said.exitCode).toBe(64);
    expect(said.stderr).toContain("there is no such pipeline");
    expect(readLine(said)).toMatchObject({
      task: "extract",
      outcome: "failed",
      error: { code: "config", retryable: false },
    });
  });
});

describe("commands for people", () => {
  test("plan and run tell reasons, and nothing to do is no failure", async () => {
    const site = await openSite();
    await arrive(site, "2026-11-22");
    const plan = await command(site, ["plan", ...now]);
    expect(plan.stdout).toContain(
      "2026-11-22  ga4_events  open  extract → load → refresh  new daily shard: 50 rows",
    );
    const ran = await command(site, ["run", "--progress", "none", ...now]);
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ran.stdout).toContain(
      "Done: extract 1 day (50 rows), load 1 day (50 rows), refresh 1 day (50 rows).",
    );
    const again = await command(site, ["run", "--progress", "none", ...now]);
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toContain("1 day unchanged: nothing to read, nothing to pay");
    expect(again.stdout).toContain("Nothing to do: everything is in step with the source.");
  });

  test("plan --json is the list that run executes", async () => {
    const site = await openSite();
    await arrive(site, "2026-11-22");
    const plan = JSON.parse((await command(site, ["plan", "--json", ...now])).stdout);
    expect(plan.days[1].actions.map((action: { action: string }) => action.action)).toEqual([
      "extract",
      "load",
      "refresh",
    ]);
    const ran = readLine(await command(site, ["run", "--json", "--progress", "none", ...now]));
    expect(ran).toMatchObject({
      task: "run",
      outcome: "done",
      days: { done: 1 },
      rows: 50,
      read: plan.totals,
    });
  });

  test("status shows a calendar, in plain text where nobody sees colour", async () => {
    const site = await openSite();
    await arrive(site, "2026-11-20");
    await command(site, ["run", "--progress", "none", ...now]);
    const { stdout } = await command(site, ["status", ...now]);
    expect(stdout).toBe(`ga4_events
                     Mon         Tue         Wed         Thu         Fri         Sat         Sun
  2026-11-16                                                        50D           w           w
  2026-11-23          .

  D daily, may still change   w late data is waited for   . not over yet   * out of step: run or backfill brings it back
`);
  });

  test("backfill goes over fixed days, shows them first where asked, and goes on where it stopped", async () => {
    const site = await openSite();
    for (const on of ["2026-10-01", "2026-10-02"]) await arrive(site, on);
    const days = ["--days", "2026-10-01..2026-10-02"];
    const shown = await command(site, ["backfill", "--dry-run", ...days, ...now]);
    expect(shown.stdout).toContain("reads 2 shards: 100 rows");
    await command(site, ["backfill", "--progress", "none", "--days", "2026-10-02", ...now]);
    const done = await command(site, ["backfill", "--progress", "none", ...days, ...now]);
    expect(done.stdout).toContain("Done: extract 1 day");
    const again = await command(site, ["backfill", "--progress", "none", "--again", ...days, ...now]);
    expect(again.stdout).toContain("asked for again");
    expect(again.stdout).toContain("Done: extract 2 days");
    const nowhere = await command(site, ["backfill", ...now]);
    expect(nowhere.exitCode).toBe(64);
  });

  test("rollback brings a day back and holds it; release lets it follow its source again", async () => {
    const site = await openSite();
    await arrive(site, "2026-11-22");
    await command(site, ["run", "--progress", "none", ...now]);
    await arrive(site, "2026-11-22", 2);
    await command(site, ["run", "--progress", "none", ...now]);
    const count = async () =>
      (await command(site, ["query", "--json", "select count(*) as n from analytics.events_all"])).stdout;
    expect(await count()).toBe('{"n":"51"}\n');
    const days = ["--days", "2026-11-22", ...now];
    const back = await command(site, ["rollback", "--progress", "none", "--reason", "consent", ...days]);
    expect(back).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await count()).toBe('{"n":"50"}\n');
    const held = await command(site, ["run", "--progress", "none", ...now]);
    expect(held.stdout).toContain(
      "held by rollback (consent); a newer shard waits: rollback --release ends it",
    );
    expect(await count()).toBe('{"n":"50"}\n');
    expect((await command(site, ["rollback", "--release", ...days])).stdout).toBe(
      "Released: ga4_events 2026-11-22\n",
    );
    await command(site, ["run", "--progress", "none", ...now]);
    expect(await count()).toBe('{"n":"51"}\n');
    const reconciled = await command(site, ["reconcile", "--json", "--progress", "none", ...now]);
    expect(reconciled.exitCode).toBe(0);
  });

  test("query never writes", async () => {
    const site = await openSite();
    await arrive(site, "2026-11-22");
    await command(site, ["run", "--progress", "none", ...now]);
    const writes = [
      "delete from analytics.events",
      "copy (select 1) to 'stolen.csv'",
      "attach 'other.duckdb'",
      "select 1; drop table analytics.events",
    ];
    for (const sql of writes) {
      const said = await command(site, ["query", sql]);
      expect([sql, said.exitCode, said.stdout]).toEqual([sql, 64, ""]);
      expect(said.stderr).toContain("The query was refused.");
    }
    for (const sql of [
      "describe analytics.events",
      "explain select 1",
      "show tables",
      "summarize analytics.events",
    ]) {
      expect([sql, (await command(site, ["query", sql])).exitCode]).toEqual([sql, 0]);
    }
    const typed = await command(site, ["query"], { stdin: "select count(*) as n from analytics.events" });
    expect(typed.stdout).toBe("n\n──\n50\n");
  });

  test("doctor tries every step and says what to do", async () => {
    const site = await openSite();
    const sick = await command(site, ["doctor", ...now]);
    expect(sick.exitCode).toBe(64);
    expect(sick.stdout).toContain("failed source    The dataset has no shard of ga4_events.");
    expect(sick.stdout).toContain("ok     engine    duckdb");
    await arrive(site, "2026-11-22");
    const well = JSON.parse((await command(site, ["doctor", "--json", ...now])).stdout);
    expect(well.steps.map((step: { step: string; ok: boolean }) => [step.step, step.ok])).toEqual([
      ["config", true],
      ["source", true],
      ["lake", true],
      ["engine", true],
      ["warehouse", true],
    ]);
    // It leaves nothing behind.
    const repaired = await command(site, ["repair", "--json", ...now]);
    expect(readLine(repaired)).toMatchObject({ outcome: "nothing to do", due: 0, warnings: [] });
  });

  test("init writes a pipeline that validate accepts, and overwrites nothing", async () => {
    const site = await openSite();
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
    const more = ["--families", "ga4_events,ga4_users", "--schema", "app", "--project", "", "--start", ""];
    const made = await command(site, ["init", ...flags, ...more]);
    expect(made).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await command(site, ["validate"])).stdout).toBe("2 pipelines and 1 environment, all valid\n");
    expect((await command(site, ["init", ...flags, ...more])).exitCode).toBe(64);
    const wrong = await command(site, ["init", "--name", "x y", "--time-zone", "Berlin"]);
    expect(wrong.exitCode).toBe(64);
    expect(wrong.stderr).toContain("--time-zone");
  });
});
