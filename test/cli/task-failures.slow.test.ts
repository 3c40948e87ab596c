import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { command, readLine, type Said } from "../support/command.ts";
import { arrive, lastDay, now, openSite } from "../support/shop.ts";
import type { Site } from "../support/site.ts";

const pipeline = `name: shop
owner: test@example.com
property: { dataset: analytics_1, time_zone: Europe/Berlin }
families:
  - { family: ga4_events, table: analytics.events }
lookback: 10 days
retention: 10 days
`;

let site: Site;
beforeEach(async () => {
  site = await openSite({ "pipelines/shop.yaml": pipeline });
  await arrive(site);
});

const say = (...args: string[]) => command(site, [...args, "--days", lastDay, ...now]);

/** Removes the day's lake files from under everybody. */
async function loseFiles(): Promise<string> {
  const folder = join(site.folder, "lake/shop/ga4_events", `day=${lastDay}`);
  const [generation] = await readdir(folder);
  const names = await readdir(join(folder, generation!));
  for (const name of names) await rm(join(folder, generation!, name));
  return names[0]!;
}

interface Told {
  day: string;
  outcome: string;
  reason: string;
  error: Record<string, unknown>;
}

/** The one day that the line names, whose error stderr tells in the same words. */
function readTold(said: Said): Told {
  const [told, ...others] = readLine(said).notable as Told[];
  expect(others).toEqual([]);
  const { failed, rule, received, remedy } = told!.error;
  expect(told).toMatchObject({ day: lastDay, reason: failed });
  const text = [failed, `  rule: ${rule}`, `  received: ${received}`, `  to do: ${remedy}`].join("\n");
  expect(said.stderr).toContain(`ga4_events ${lastDay}: ${text}\n`);
  expect(said.stderr).not.toMatch(/^\s+at .*\.ts:/m);
  return told!;
}

describe("a day that fails is told in four parts, on stderr and in the line", () => {
  test("by load", async () => {
    await say("extract");
    const name = await loseFiles();
    const said = await say("load");
    expect(said.exitCode).toBe(65);
    expect(readTold(said)).toMatchObject({
      outcome: "failed",
      error: { code: "data", retryable: false, received: expect.stringContaining(name) },
    });
  });

  test("by refresh", async () => {
    await say("extract");
    const name = await loseFiles();
    const said = await say("refresh");
    expect(said.exitCode).toBe(65);
    expect(readTold(said)).toMatchObject({
      outcome: "failed",
      error: { code: "data", retryable: false, received: expect.stringContaining(name) },
    });
  });

  test("by prune", async () => {
    for (const task of ["extract", "load", "refresh"]) expect((await say(task)).exitCode).toBe(0);
    const name = await loseFiles();
    const later = ["--now", "2026-12-23T10:00:00Z"];
    const said = await command(site, ["prune", "--days", lastDay, ...later]);
    expect(said.exitCode).toBe(65);
    expect(readTold(said)).toMatchObject({
      outcome: "failed",
      error: { code: "data", retryable: false, received: expect.stringContaining(name) },
    });
  });

  test("by extract", async () => {
    await writeFile(join(site.folder, "source/analytics_1/events_20261122.parquet"), "no Parquet");
    const said = await say("extract");
    expect(said.exitCode).toBe(65);
    expect(readTold(said)).toMatchObject({ error: { code: "data", retryable: false } });
  });

  test("by a run whose answer is a line, and by one whose progress is none", async () => {
    await say("extract");
    await loseFiles();
    const said = await say("run", "--json", "--progress", "none");
    expect(said.exitCode).toBe(65);
    const tasks = ["load", "refresh"];
    for (const task of tasks) expect(said.stderr).toContain(`failed to ${task} ga4_events ${lastDay}: `);
    expect(readLine(said).notable).toMatchObject(tasks.map(() => ({ error: { code: "data" } })));
  });

  test("but progress as JSON stays JSON, and holds the message", async () => {
    await say("extract");
    await loseFiles();
    const said = await say("load", "--progress", "json");
    const events = said.stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; result?: { error: string } });
    expect(events.find(({ event }) => event === "day")?.result?.error).toContain("  to do: ");
  });
});
