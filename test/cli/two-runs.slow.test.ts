import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { generateShard } from "../../src/adapters/duckdb/generator.ts";
import { day } from "../support/builders.ts";
import { command } from "../support/command.ts";
import { createSite, type Site } from "../support/site.ts";

const now = ["--now", "2026-11-23T10:00:00Z"];
const days = ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"];

async function arriveAll(site: Site): Promise<void> {
  const target = { root: join(site.folder, "source"), dataset: "analytics_1" };
  for (const on of days) await generateShard({ family: "ga4_events", day: day(on), rows: 2000 }, target);
}

test("two runs of the same days at once: each day is won once, who lost says who won and leaves nothing behind", async () => {
  const site = await createSite();
  onTestFinished(() => site.remove());
  await arriveAll(site);
  const run = ["run", "--progress", "lines", ...now];
  const both = await Promise.all([site.run(run), site.run(run)]);
  // 75: a run whose day another is still loading asks to be called again.
  for (const { exitCode, stderr } of both)
    expect([exitCode, stderr]).toEqual([expect.toBeOneOf([0, 75]), expect.any(String)]);
  const told = both.map(({ stderr }) => stderr).join("");
  for (const on of days) {
    const won = told.match(new RegExp(`extract ga4_events ${on}: done`, "g")) ?? [];
    const lost = told.match(new RegExp(`extract ga4_events ${on}: .*another run: generation`, "g")) ?? [];
    expect({ on, won: won.length, lost: lost.length }).toEqual({ on, won: 1, lost: 1 });
    const folder = join(site.folder, "lake", "shop", "ga4_events");
    expect(await readdir(join(folder, `day=${on}`))).toHaveLength(1);
    expect(await readdir(join(folder, "_manifests", on))).toHaveLength(1);
  }
  const reconciled = await command(site, ["reconcile", "--json", ...now]);
  expect({ ...reconciled, line: JSON.parse(reconciled.stdout) }).toMatchObject({
    exitCode: 0,
    line: { outcome: "all balance", days: 4, rows: 8000 },
  });
});
