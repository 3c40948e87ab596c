import { mkdir, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { command } from "../support/command.ts";
import { createSite } from "../support/site.ts";

const [old, young] = ["a".repeat(64), "b".repeat(64)];
const dayMs = 24 * 3_600_000;

test("repair shows what old runs left, and removes it; what is younger than keep stays", async () => {
  const site = await createSite();
  onTestFinished(() => site.remove());
  const ages = { [`${old}/spec.json`]: 2, [`${old}/jr_1/progress.json`]: 1.5, [`${young}/spec.json`]: 0.5 };
  for (const [name, days] of Object.entries(ages)) {
    const path = join(site.folder, "lake", "_runs", name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, "12345");
    const at = new Date(Date.now() - days * dayMs);
    await utimes(path, at, at);
  }
  const isThere = (name: string) =>
    stat(join(site.folder, "lake", "_runs", name)).then(
      () => true,
      () => false,
    );

  const shown = await command(site, ["repair", "--dry-run"]);
  expect(shown).toMatchObject({ exitCode: 0, stderr: "" });
  expect(shown.stdout).toBe("ga4_events\n  nothing to clean\n\nspecs and reports of 1 old run, 10 B\n");
  expect(await isThere(`${old}/spec.json`)).toBe(true);

  const done = await command(site, ["repair", "--json"]);
  expect(JSON.parse(done.stdout)).toMatchObject({ outcome: "done", runs: 1 });
  expect([await isThere(`${old}/spec.json`), await isThere(`${young}/spec.json`)]).toEqual([false, true]);
  expect(JSON.parse((await command(site, ["repair", "--json"])).stdout)).toMatchObject({
    outcome: "nothing to do",
    runs: 0,
  });
});
