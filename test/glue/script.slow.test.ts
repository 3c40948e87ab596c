import { execFileSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { generateShard } from "../../src/adapters/duckdb/generator.ts";
import type { Day } from "../../src/days/day.ts";
import type { DayExtract } from "../../src/ports.ts";
import {
  buildExtract,
  createEngineWorld,
  type EngineWorld,
  writeJson,
} from "../adapters/duckdb/engine-world.ts";
import { eventRow, eventSchema } from "../sql/schemas.ts";
import { runScript, scriptPath } from "./run-script.ts";
import { missingSpark, sparkPython } from "./spark-python.ts";

const at = (day: string, extract: DayExtract): DayExtract => ({
  ...extract,
  day: day as Day,
  prefix: `web-shop/ga4_events/day=${day}/`,
});

async function buildDay(
  world: EngineWorld,
  day: string,
  rows: Parameters<typeof writeJson>[2],
): Promise<DayExtract> {
  return at(day, buildExtract({ schema: eventSchema, parts: [await writeJson(world, day, rows)] }));
}

async function listKeys(world: EngineWorld): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of world.store.list("")) keys.push(key);
  return keys;
}

describe.skipIf(sparkPython === null)(`the script as a process${missingSpark}`, () => {
  test("fails where a day failed, says which, and has written the others", async () => {
    const world = await createEngineWorld();
    const days = [
      await buildDay(world, "2026-11-19", "{\n"),
      await buildDay(world, "2026-11-20", [eventRow(1), eventRow(2)]),
    ];

    const { code, stderr, reports } = await runScript({ ...world, days });

    expect(code).toBe(1);
    expect(stderr).toContain("1 of 2 days failed, each has its report: ga4_events 2026-11-19");
    expect(reports.map((report) => report?.outcome)).toEqual(["failed", "written"]);
    expect(reports[0]).toMatchObject({ error: { code: "data", retryable: false } });
  });

  test("runs as an archive that is named to Spark, as Glue does it", async () => {
    const world = await createEngineWorld();
    const archive = join(world.root, "shardlift_glue.zip");
    const zip =
      "import shutil, sys; shutil.make_archive(sys.argv[1][:-4], 'zip', sys.argv[2], 'shardlift_glue')";
    execFileSync(sparkPython!, ["-c", zip, archive, dirname(scriptPath)]);
    const days = [await buildDay(world, "2026-11-20", [eventRow(1)])];
    // Alone in its folder the script finds its package in the archive only.
    const alone = join(world.root, "alone.py");
    execFileSync("cp", [scriptPath, alone]);
    const env = {
      PYTHONPATH: archive,
      PYSPARK_SUBMIT_ARGS: `--py-files ${archive} --master local[2] pyspark-shell`,
    };

    const { code, stderr, reports } = await runScript({ ...world, days, script: alone, env });

    expect(code, stderr).toBe(0);
    expect(reports).toMatchObject([{ outcome: "written", report: { balance: { written: 1 } } }]);
  });

  test("ends at SIGTERM, and leaves nothing of what it was writing", async () => {
    const world = await createEngineWorld();
    const { files, schema } = await generateShard(
      { family: "ga4_events", day: "2026-11-20" as Day, rows: 400_000, parts: 8 },
      { root: join(world.root, "source"), dataset: "analytics_1" },
    );
    const parts = files.map(({ path, bytes }) => ({ path, bytes, format: "parquet" as const }));
    const days = [at("2026-11-20", buildExtract({ schema, parts }))];
    const controller = new AbortController();
    const scratch = join(world.root, "scratch");
    const watch = setInterval(async () => {
      // Workers are at it as soon as the day has a folder of its own on this machine.
      if ((await readdir(scratch).catch(() => [])).length > 0) controller.abort();
    }, 50);

    const input = { ...world, days, signal: controller.signal, args: { min_task_bytes: "1" } };
    const { code, reports, spec } = await runScript(input).finally(() => clearInterval(watch));

    expect({ code, reports }).toEqual({ code: 143, reports: [null] });
    const own = [`_runs/${spec.runKey}/jr_1/progress.json`, `_runs/${spec.runKey}/spec.json`];
    expect(await listKeys(world)).toEqual(own);
  });

  test("says what it needs where it was started otherwise than by the command", async () => {
    const world = await createEngineWorld();
    const days = [await buildDay(world, "2026-11-20", [])];

    const { code, stderr } = await runScript({ ...world, days, args: { attempt_deadline_ms: "tomorrow" } });

    expect(code).toBe(1);
    expect(stderr).toContain("--attempt_deadline_ms is a whole number");
    expect(stderr).not.toContain("Traceback");
  });
});
