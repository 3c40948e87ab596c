import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createDuckDbEngine } from "../../../src/adapters/duckdb/engine.ts";
import { generateShard } from "../../../src/adapters/duckdb/generator.ts";
import type { DayOutcome } from "../../../src/ports.ts";
import { day } from "../../support/builders.ts";
import { buildExtract, createEngineWorld, nowMs } from "./engine-world.ts";

/** The same file so many times: a day that takes seconds to write. */
const copies = 8;

/** Starts an ordinary large day; `onRows` hears how many rows are written. */
async function startLargeDay(signal: AbortSignal, onRows: (rows: number) => void) {
  const world = await createEngineWorld();
  const target = { root: join(world.root, "source"), dataset: "analytics_1" };
  const wish = { family: "ga4_events", day: day("2026-11-20"), rows: 100_000 } as const;
  const { files, rows, schema } = await generateShard(wish, target);
  const { path, bytes } = files[0]!;
  const parts = Array.from({ length: copies }, () => ({ path, bytes, format: "parquet" as const }));
  const engine = createDuckDbEngine({
    memoryBytes: 1_000_000_000,
    threads: 2,
    fileBytes: 400_000_000,
    spill: join(world.root, "spill"),
    store: world.store,
    clock: { now: () => nowMs, sleep: async () => {} },
    randomHex: (length) => "a".repeat(length),
    readHashKey: async () => new Uint8Array(),
  });
  const extract = buildExtract({ schema, parts, duplicates: "keep" });
  const context = { signal, onRows: (_day: unknown, _family: unknown, done: number) => onRows(done) };
  const outcomes: DayOutcome[] = [];
  for await (const outcome of engine.extract([extract], context)) outcomes.push(outcome);
  return { world, outcomes, total: rows.total * copies };
}

test("a large day that is stopped while its rows are written ends there, with the signal's reason", async () => {
  const controller = new AbortController();
  const told: number[] = [];

  const { world, outcomes, total } = await startLargeDay(controller.signal, (rows) => {
    told.push(rows);
    controller.abort(new Error("stop"));
  });

  expect(outcomes).toMatchObject([{ day: "2026-11-20", error: new Error("stop") }]);
  expect(told.filter((rows) => rows <= 0 || rows >= total)).toEqual([]);
  const left = await readdir(join(world.root, "lake"), { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile())).toEqual([]);
  expect(await readdir(join(world.root, "spill"))).toEqual([]);
});

test("a large day that nobody stops tells of ever more rows, up to all of them", async () => {
  const told: number[] = [];

  const { outcomes, total } = await startLargeDay(new AbortController().signal, (rows) => told.push(rows));

  expect(outcomes).toMatchObject([{ report: { balance: { source: total, written: total } } }]);
  expect(told.length).toBeGreaterThan(2);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.at(-1)).toBe(total);
});
