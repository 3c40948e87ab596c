import { join } from "node:path";
import { createDuckDbEngine } from "../../src/adapters/duckdb/engine.ts";
import type { Day } from "../../src/days/day.ts";
import { createRunsEngine } from "../../src/runs/runs-engine.ts";
import {
  buildExtract,
  createEngineWorld,
  nowMs,
  readLake,
  writeJson,
  writeParquet,
} from "../adapters/duckdb/engine-world.ts";
import { testEngine } from "../contracts/engine.ts";
import { eventRow, eventSchema } from "../sql/schemas.ts";
import { createMemoryJobRuns } from "../support/memory-job-runs.ts";
import { createRunScript } from "../support/run-script.ts";

testEngine("an engine that runs elsewhere", async () => {
  const world = await createEngineWorld();
  let ms = nowMs;
  const clock = {
    now: () => ms++,
    sleep: async (forMs: number) => {
      ms += forMs;
    },
  };
  const inside = createDuckDbEngine({
    memoryBytes: 1_000_000_000,
    threads: 2,
    fileBytes: 400_000_000,
    spill: join(world.root, "spill"),
    store: world.store,
    clock,
    randomHex: (length) => "a".repeat(length),
    readHashKey: async () => new Uint8Array(),
  });
  const jobRuns = createMemoryJobRuns({ nowMs: clock.now, script: createRunScript(world.store, inside) });
  const engine = createRunsEngine({
    name: "elsewhere",
    store: world.store,
    jobRuns,
    clock,
    scriptDigest: "script-1",
    limits: { daysPerRun: 10, bytesPerRun: 1_000_000_000, daysAtOnce: 10 },
    maxRunMs: 12 * 3_600_000,
    listLagMs: 60_000,
    dpuHourUsd: null,
    onAbort: "leave",
  });
  const at = (day: string, parts: Awaited<ReturnType<typeof writeJson>>[]) => ({
    ...buildExtract({ schema: eventSchema, parts }),
    day: day as Day,
    prefix: `web-shop/ga4_events/day=${day}/`,
  });
  return {
    engine,
    store: world.store,
    build: async (day, numbers) => {
      const rows = numbers.map((number) => eventRow(Math.floor(number), { platform: String(number % 1) }));
      return at(day, [await writeParquet(world, day, eventSchema, rows)]);
    },
    buildBroken: async (day) => at(day, [await writeJson(world, day, "{\n")]),
    readIds: async (keys) => {
      const files = keys.map((key) => ({ key }));
      return (await readLake(world, files, "event_id")).map((row) => String(row.event_id));
    },
    close: async () => {},
  };
});
