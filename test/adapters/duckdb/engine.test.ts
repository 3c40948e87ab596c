import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createDuckDbEngine } from "../../../src/adapters/duckdb/engine.ts";
import { cutBytes, cutRows } from "../../../src/adapters/duckdb/engine-cut.ts";
import { chooseThreads } from "../../../src/adapters/duckdb/engine-memory.ts";
import type { Day } from "../../../src/days/day.ts";
import { families } from "../../../src/days/families.ts";
import type { ObjectStore } from "../../../src/ports.ts";
import { testEngine } from "../../contracts/engine.ts";
import { canonicalText, eventId } from "../../sql/canonical-text.ts";
import { expectedText, type Json } from "../../sql/json-text.ts";
import { eventParams, eventRow, eventSchema } from "../../sql/schemas.ts";
import {
  buildExtract,
  createEngineWorld,
  type EngineWorld,
  extract,
  extractError,
  nowMs,
  readLake,
  type SourceRow,
  writeJson,
  writeParquet,
} from "./engine-world.ts";

testEngine("duckdb", async () => {
  const world = await createEngineWorld();
  let ticks = 0;
  const engine = createDuckDbEngine({
    memoryBytes: 1_000_000_000,
    threads: 2,
    fileBytes: 400_000_000,
    spill: join(world.root, "spill"),
    store: world.store,
    clock: { now: () => nowMs + ticks++, sleep: async () => {} },
    randomHex: (length) => "a".repeat(length),
    readHashKey: async () => new Uint8Array(),
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
    readIds: async (keys) =>
      (
        await readLake(
          world,
          keys.map((key) => ({ key })),
          "event_id",
        )
      ).map((row) => String(row.event_id)),
    close: async () => {},
  };
});

const many = (count: number): SourceRow[] =>
  Array.from({ length: count }, (_, index) => eventRow(index, { user_id: `${index}`.padStart(40, "x") }));

describe("files", () => {
  test("aim at the size that is set, and only the last one is smaller", async () => {
    const world = await createEngineWorld();
    const parts = [await writeParquet(world, "shard", eventSchema, many(120_000))];

    const report = await extract(world, {
      schema: eventSchema,
      parts,
      options: { fileBytes: 200_000, threads: 1 },
    });

    const rows = report.files.map((file) => file.rows);
    expect(rows.reduce((sum, count) => sum + count, 0)).toBe(120_000);
    expect(report.files.length).toBeGreaterThan(3);
    for (const { bytes } of report.files.slice(0, -1))
      expect(bytes / 200_000).toSatisfy((share: number) => share > 0.75 && share < 1.25);
    expect(new Set(report.files.map(({ key }) => key)).size).toBe(report.files.length);
    expect((await readLake(world, report.files, "count(DISTINCT event_id) AS n"))[0]).toEqual({
      n: 120_000n,
    });
  });

  test("are cut by the bytes of a row", () => {
    const byRows = { bytesPerFile: null };
    expect(cutRows(400_000_000, 130)).toEqual({ rowGroupRows: 8192, rowGroupsPerFile: 376, ...byRows });
    expect(cutRows(1000, 130)).toEqual({ rowGroupRows: 2048, rowGroupsPerFile: 1, ...byRows });
    const byBytes = { rowGroupsPerFile: null, bytesPerFile: 375_000_000 };
    expect(cutBytes(400_000_000, 130)).toEqual({ rowGroupRows: 8192, ...byBytes });
    expect(cutBytes(400_000_000, 4_000)).toEqual({ rowGroupRows: 6144, ...byBytes });
  });

  test("go through create-only puts where the lake is no folder", async () => {
    const world = await createEngineWorld();
    const put: string[] = [];
    const store: ObjectStore = {
      ...world.store,
      localPath: () => null,
      putFile: async (key, path) => {
        put.push(key);
        return world.store.putFile(key, path);
      },
    };

    const report = await extract(world, {
      schema: eventSchema,
      parts: [await writeParquet(world, "s", eventSchema, many(10))],
      options: { store },
    });

    expect(put).toEqual(report.files.map(({ key }) => key));
    expect((await readLake(world, report.files, "count(*) AS n"))[0]).toEqual({ n: 10n });
  });

  test("that are in the way of a put are an error", async () => {
    const world = await createEngineWorld();
    const store: ObjectStore = {
      ...world.store,
      localPath: () => null,
      putFile: async () => ({ put: false }),
    };
    const parts = [await writeParquet(world, "s", eventSchema, many(1))];

    expect(await extractError(world, { schema: eventSchema, parts, options: { store } })).toMatchObject({
      code: "outside",
    });
  });
});

describe("the report", () => {
  test("counts values per column exactly, structs included", async () => {
    const world = await createEngineWorld();
    const rows = [
      eventRow(0, { device: null, user_id: "a" }),
      eventRow(1, { device: { category: null, vendor_id: null, web_info: null }, platform: null }),
      eventRow(2),
    ];

    const report = await extract(world, {
      schema: eventSchema,
      parts: [await writeParquet(world, "s", eventSchema, rows)],
    });

    const counts = report.columns.map(({ name }) => `count("${name}") AS "${name}"`).join(", ");
    const [counted] = await readLake(world, report.files, counts);
    expect(report.nonNull).toEqual(
      Object.fromEntries(Object.entries(counted!).map(([name, count]) => [name, Number(count)])),
    );
    expect(report.nonNull).toMatchObject({
      device: 2,
      user_id: 1,
      platform: 2,
      event_params: 3,
      items: 3,
      _day: 3,
    });
  });

  test("of a shard without files has the full schema", async () => {
    const world = await createEngineWorld();
    const report = await extract(world, { schema: eventSchema, parts: [] });

    expect(report.balance.source).toBe(0);
    expect(await readLake(world, report.files, "count(event_id) AS n")).toEqual([{ n: 0n }]);
  });

  test("says where rows come from", async () => {
    const world = await createEngineWorld();
    const parts = [await writeParquet(world, "s", eventSchema, many(1))];
    const report = await extract(world, { schema: eventSchema, parts, kind: "intraday" });

    const [row] = await readLake(
      world,
      report.files,
      "_day::VARCHAR AS d, _shard_kind AS k, _generation AS g",
    );
    expect(row).toEqual({ d: "2026-11-20", k: "intraday", g: report.generation });
  });
});

describe("the scratch folder", () => {
  test("is gone afterwards, and so is what a killed process left", async () => {
    const world = await createEngineWorld();
    const spill = join(world.root, "spill");
    const left = join(spill, "shardlift-engine-999999999-abc");
    const other = join(spill, "somebody-elses");
    await mkdir(left, { recursive: true });
    await mkdir(other);

    await extract(world, { schema: eventSchema, parts: [await writeJson(world, "s", many(3))] });

    expect(await readdir(spill)).toEqual(["somebody-elses"]);
  });

  test("that cannot be made is an error that says what to do", async () => {
    const world = await createEngineWorld();
    const part = await writeJson(world, "s", many(1));

    const error = await extractError(world, {
      schema: eventSchema,
      parts: [part],
      options: { spill: join(part.path, "x") },
    });

    expect(error).toMatchObject({
      code: "outside",
      parts: { rule: expect.stringContaining("engine.spill") },
    });
  });
});

describe("a day that runs out of memory", () => {
  const small = { memoryBytes: 12_000_000 };

  test.each([
    [2, 1],
    [1, 0],
  ])("with %i threads says so %i times, before it fails", async (threads, times) => {
    const world = await createEngineWorld();
    const part = await writeParquet(world, "s", eventSchema, many(20_000));
    const notes: string[] = [];

    const error = await extractError(world, {
      schema: eventSchema,
      parts: [part],
      options: { ...small, threads },
      onNote: (text) => notes.push(text),
    });

    expect(error).toMatchObject({
      parts: { failed: "The engine's memory is too small for this day's rows." },
    });
    expect(notes).toEqual(
      Array.from({ length: times }, () => expect.stringContaining("ga4_events 2026-11-20 ran out of memory")),
    );
  });
});

test("threads are those asked for, else as many as cores and memory allow", () => {
  expect(chooseThreads(7, 1)).toBe(7);
  expect(chooseThreads(null, 1)).toBe(1);
  expect(chooseThreads(null, 1e12)).toBeLessThanOrEqual(4);
});

test("one day of any rows has the texts and ids that a second implementation gives", async () => {
  const key = fc.option(
    fc.oneof(fc.constantFrom("a", "b", "", 'q"', "é"), fc.string({ unit: "binary", maxLength: 4 })),
    { freq: 8 },
  );
  const value = fc.record({
    string_value: fc.option(fc.string({ unit: "binary", maxLength: 8 })),
    int_value: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { freq: 1 }),
    float_value: fc.constant(null),
    double_value: fc.option(fc.double(), { freq: 1 }),
  });
  const params = fc.array(fc.option(fc.record({ key, value: fc.option(value, { freq: 8 }) }), { freq: 12 }), {
    maxLength: 6,
  });
  const row = fc.record({
    params,
    index: fc.option(fc.constant(1n)),
    user: fc.option(fc.string({ unit: "binary", maxLength: 5 })),
  });
  const world: EngineWorld = await createEngineWorld();
  let runs = 0;

  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 60 }),
      fc.constantFrom("parquet", "jsonl"),
      async (drawn, format) => {
        const rows = drawn.map(({ params: list, index, user }, number) =>
          eventRow(number, { event_params: list as Json, batch_event_index: index, user_pseudo_id: user }),
        );
        const name = `run-${runs++}`;
        const part =
          format === "parquet"
            ? await writeParquet(world, name, eventSchema, rows)
            : await writeJson(world, name, rows);

        const report = await extract(world, { schema: eventSchema, parts: [part] });

        const found = await readLake(
          world,
          report.files,
          "event_bundle_sequence_id AS i, event_params AS p, event_id AS id",
        );
        expect(found).toEqual(
          rows.map((source, number) => ({
            i: BigInt(number),
            p: expectedText(families.ga4_events.keyValues, "event_params", eventParams, source.event_params!),
            id: eventId(canonicalText(families.ga4_events, eventSchema, source)),
          })),
        );
      },
    ),
    { numRuns: 12 },
  );
}, 60_000);

test("a lake file is what the report says it weighs", async () => {
  const world = await createEngineWorld();
  const report = await extract(world, {
    schema: eventSchema,
    parts: [await writeParquet(world, "s", eventSchema, many(100))],
  });

  const sizes = await Promise.all(
    report.files.map(async ({ key }) => (await stat(world.store.localPath(key)!)).size),
  );
  expect(sizes).toEqual(report.files.map(({ bytes }) => bytes));
});
