import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { generateShard } from "../../src/adapters/duckdb/generator.ts";
import type { ShardWish } from "../../src/generate/shard-spec.ts";
import { day } from "./builders.ts";
import { command, type Said } from "./command.ts";
import { createSite, type Site } from "./site.ts";

/** Clocks of command-line tests stand at noon of this day, Berlin being an hour ahead. */
export const now = ["--now", "2026-11-23T10:00:00Z"];

/** The last day that is over then. */
export const lastDay = "2026-11-22";

/** A site that goes with the test. */
export async function openSite(files: Record<string, string> = {}): Promise<Site> {
  const site = await createSite(files);
  onTestFinished(() => site.remove());
  return site;
}

/** Puts a shard into the site's source. */
export async function arrive(site: Site, wish: Partial<ShardWish> = {}, on = lastDay): Promise<void> {
  const target = { root: join(site.folder, "source"), dataset: "analytics_1" };
  await generateShard({ family: "ga4_events", day: day(on), rows: 50, ...wish }, target);
}

/** A failure for people: its exit code, the four parts, and no stack trace. */
export function expectRefusal(said: Said, exitCode: number, ...texts: string[]): void {
  const all = said.stdout + said.stderr;
  expect({ exitCode: said.exitCode, all }).toMatchObject({ exitCode });
  for (const text of texts) expect(all).toContain(text);
  expect(all).toContain("to do:");
  expect(all).not.toMatch(/^\s+at .*\.ts:/m);
}

/** Rows of all days that people see, after whatever happened. */
export async function countRows(site: Site): Promise<string> {
  const sql = "select count(*) as n from analytics.events_all";
  const { stdout } = await command(site, ["query", "--json", sql]);
  return JSON.parse(stdout).n;
}
