import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createDuckDbEngine } from "../../../src/adapters/duckdb/engine.ts";
import type { ShardliftError } from "../../../src/errors.ts";
import type { DayExtract, DayOutcome } from "../../../src/ports.ts";
import type { StatementName } from "../../../src/sql/recipe.ts";
import { literal } from "../../../src/sql/render.ts";
import { eventRow, eventSchema } from "../../sql/schemas.ts";
import { buildExtract, createEngineWorld, type EngineWorld, nowMs, writeParquet } from "./engine-world.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** More rows than anybody can wait for: only a stop ends a statement that reads them. */
const endless = "range(1000000000000) AS a, range(1000000000000) AS b";

/** A day of a row and its copy whose recipe writes the file `begun` and never comes past one of its names. */
async function buildEndless(world: EngineWorld, name: StatementName): Promise<DayExtract> {
  const parts = [await writeParquet(world, "shard", eventSchema, [eventRow(1), eventRow(1)])];
  const day = buildExtract({ schema: eventSchema, parts });
  const { statements } = day.recipe;
  const texts = statements[name].map((text) =>
    text.replace(/FROM (source|side_rows)\b( LIMIT \d+)?/, `FROM $1, ${endless}`),
  );
  expect(texts.join()).toContain(endless);
  statements[name] = [`COPY (SELECT 1) TO ${literal(join(world.root, "begun")).sql}`, ...texts];
  return day;
}

async function extractAll(world: EngineWorld, days: readonly DayExtract[], signal: AbortSignal) {
  const engine = createDuckDbEngine({
    memoryBytes: 500_000_000,
    threads: 2,
    fileBytes: 400_000_000,
    spill: join(world.root, "spill"),
    store: world.store,
    clock: { now: () => nowMs, sleep: async () => {} },
    randomHex: (length) => "a".repeat(length),
    readHashKey: async () => new Uint8Array(),
  });
  const outcomes: DayOutcome[] = [];
  for await (const outcome of engine.extract(days, { signal, onRows: () => {} })) outcomes.push(outcome);
  return outcomes;
}

async function extract(world: EngineWorld, day: DayExtract, signal: AbortSignal): Promise<DayOutcome> {
  const [outcome] = await extractAll(world, [day], signal);
  return outcome!;
}

/** Files below a folder. */
async function listFiles(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** Looks until a folder has a file whose name fits. */
async function waitForFile(folder: string, form: RegExp): Promise<void> {
  while (!(await listFiles(folder)).some((name) => form.test(name))) await wait(2);
}

/** What is left below the world's lake and spill folder. */
async function listLeft(world: EngineWorld) {
  return {
    lake: await listFiles(join(world.root, "lake")),
    spill: await readdir(join(world.root, "spill")),
  };
}

/** Statements and the views they read; `clean` is a view, so that its rows run out only where they are written. */
const names = ["counts", "keys", "key_lists", "settle", "clean"] as const;

async function waitUntilInside(world: EngineWorld, name: StatementName): Promise<void> {
  await waitForFile(world.root, /^begun$/);
  if (name === "clean") await waitForFile(join(world.root, "lake"), /00000\.parquet$/);
}

describe("a day that would never end", () => {
  test.each(names)("is stopped inside %s by a signal, with its reason, and leaves no file", async (name) => {
    const world = await createEngineWorld();
    const controller = new AbortController();
    const outcome = extract(world, await buildEndless(world, name), controller.signal);
    await waitUntilInside(world, name);

    controller.abort(new Error("stop"));

    expect(await outcome).toMatchObject({ error: new Error("stop") });
    expect(await listLeft(world)).toEqual({ lake: [], spill: [] });
  });

  test.each(names)("is stopped inside %s by its deadline, and leaves no file", async (name) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const world = await createEngineWorld();
    const day = await buildEndless(world, name);
    const outcome = extract(world, day, new AbortController().signal);
    await waitUntilInside(world, name);

    vi.advanceTimersByTime(day.deadlineMs - nowMs - 1);
    expect(await Promise.race([outcome, wait(50)])).toBeUndefined();
    vi.advanceTimersByTime(1);

    const ended = await outcome;
    expect("error" in ended && (ended.error as ShardliftError)).toMatchObject({
      code: "outside",
      retryable: true,
      parts: { failed: "The extract took too long and was stopped.", remedy: expect.any(String) },
    });
    expect(await listLeft(world)).toEqual({ lake: [], spill: [] });
  });

  test("stops for the days behind it, too", async () => {
    const world = await createEngineWorld();
    const controller = new AbortController();
    const days = [await buildEndless(world, "keys"), await buildEndless(world, "keys")];
    const outcomes = extractAll(world, days, controller.signal);
    await waitUntilInside(world, "keys");

    controller.abort(new Error("stop"));

    const stopped = { day: "2026-11-20", error: new Error("stop") };
    expect(await outcomes).toMatchObject([stopped, stopped]);
    expect(await listLeft(world)).toEqual({ lake: [], spill: [] });
  });
});
