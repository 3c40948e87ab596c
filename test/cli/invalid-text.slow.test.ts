import { join } from "node:path";
import { expect, test } from "vitest";
import { command } from "../support/command.ts";
import { arrive, countRows, expectRefusal, now, openSite } from "../support/shop.ts";
import { spoilText } from "../support/spoil-text.ts";

const run = ["run", "--progress", "none", ...now];

test("invalid UTF-8 in the second of three files fails the day with its name; the former rows stay", async () => {
  const site = await openSite();
  await arrive(site, { parts: 3 });
  expect((await command(site, run)).exitCode).toBe(0);
  const before = await countRows(site);
  const folder = join(site.folder, "source", "analytics_1");
  await spoilText(join(folder, "events_20261122-001.parquet"), "page_view");

  const said = await command(site, run);

  expectRefusal(said, 65, "events_20261122-001.parquet", "UTF8", "keeps its former generation");
  expect(said.stdout + said.stderr).not.toMatch(/events_20261122-00[02]/);
  expect(await countRows(site)).toBe(before);
  await arrive(site, { parts: 3, revision: 2 });
  expect((await command(site, run)).exitCode).toBe(0);
  expect(await countRows(site)).toBe(String(Number(before) + 1));
});
