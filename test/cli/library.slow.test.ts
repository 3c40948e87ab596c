import { expect, test } from "vitest";
import { openPipeline, plan, reconcile, run, type ShardliftError } from "../../src/index.ts";
import type { ProgressEvent } from "../../src/tasks/context.ts";
import { arrive, openSite } from "../support/shop.ts";

test("tasks are functions: open a pipeline, plan, run, reconcile", async () => {
  const site = await openSite();
  await arrive(site);
  const events: ProgressEvent["event"][] = [];
  const { context, close } = await openPipeline({
    config: site.folder,
    environment: "local",
    pipeline: "shop",
    now: "2026-11-23T10:00:00Z",
    report: ({ event }) => events.push(event),
  });
  try {
    expect((await plan(context)).totals).toMatchObject({ rows: 50, byAction: { extract: 1 } });
    expect((await run(context)).output).toMatchObject({ exitCode: 0, line: { days: { done: 1 }, rows: 50 } });
    expect((await reconcile(context)).output).toMatchObject({
      exitCode: 0,
      line: { differences: 0, rows: 50 },
    });
    expect((await run(context)).output.exitCode).toBe(99);
    expect(new Set(events)).toEqual(new Set(["task", "rows", "day"]));
  } finally {
    await close();
  }
});

test("what is wrong with a pipeline rejects as a known error", async () => {
  const site = await openSite();
  const opened = openPipeline({ config: site.folder, environment: "nowhere" });
  await expect(opened).rejects.toMatchObject({
    name: "ShardliftError",
    code: "config",
  } satisfies Partial<ShardliftError>);
});
