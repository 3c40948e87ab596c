import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { command } from "../support/command.ts";

test("the demo tells the whole story, starts clean a second time, and leaves something to ask", async () => {
  const folder = await mkdtemp(join(tmpdir(), "shardlift-demo-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const env = { SHARDLIFT_CONFIG: undefined };
  const first = await command({ folder }, ["demo", "--progress", "none"], { env });
  expect(first).toMatchObject({ exitCode: 0, stderr: "" });
  const lines = first.stdout.trimEnd().split("\n");
  expect(lines.at(-1)).toMatch(/^demo ok: 21 days, 20\d,\d{3} rows, 0 differences$/);
  const told = [
    "missing", // the late shard, in the first plan
    "new intraday shard",
    "new fresh shard",
    "daily shard replaces intraday",
    "daily shard replaces fresh",
    "shard changed:", // restated after three days
    "beyond retention and still hot",
    "unchanged: nothing to read, nothing to pay",
    "source, manifest, hot and cold agree, every row is accounted for",
    "npx shardlift query --environment demo",
  ];
  expect(told.filter((text) => !first.stdout.includes(text))).toEqual([]);
  const second = await command({ folder }, ["demo", "--progress", "none"], { env });
  expect(withoutIds(second.stdout)).toBe(withoutIds(first.stdout));
  const asked = await command(
    { folder },
    ["query", "--environment", "demo", "select count(*) as n from analytics.web_shop_events_all"],
    { env },
  );
  expect(asked.exitCode).toBe(0);
  expect(await readdir(folder)).toEqual([".shardlift"]);
});

/** Generations are named by time and chance, and so are the moments in which they were made. */
function withoutIds(text: string): string {
  return text
    .replaceAll(/\d{8}T\d{9}Z-[0-9a-f]{12}/g, "<id>")
    .replaceAll(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\S*/g, "<time>");
}
