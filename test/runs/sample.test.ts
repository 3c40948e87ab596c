import { describe, expect, test } from "vitest";
import { buildDay, createRunsWorld, tell } from "./world.ts";

const day = buildDay("2026-11-20");
const sample = buildDay("2026-11-20", { sampleRows: 500 });

describe("a sample", () => {
  test("is a run of its own that is told how many rows to read", async () => {
    const world = createRunsWorld();
    const started: (number | undefined)[] = [];
    world.onDay = (_, { sampleRows }) => {
      started.push(sampleRows);
      return "write";
    };

    expect(tell(await world.extract([sample]))).toEqual(["2026-11-20 jr-1"]);
    expect(tell(await world.extract([day]))).toEqual(["2026-11-20 jr-2"]);
    expect(started).toEqual([500, undefined]);
  });

  test("is never joined by an extract of the day, nor the other way round", async () => {
    const world = createRunsWorld();
    const both = [world.extract([sample]), world.extract([day])];

    const ended = (await Promise.all(both)).map(tell);
    expect(ended.map(([text]) => text).sort()).toEqual(["2026-11-20 jr-1", "2026-11-20 jr-2"]);
    const keys = (await world.jobRuns.readAll()).map(({ runKey }) => runKey);
    expect(new Set(keys).size).toBe(2);
  });

  test("of another size is another run", async () => {
    const world = createRunsWorld();
    const more = buildDay("2026-11-21", { sampleRows: 501 });

    expect(tell(await world.extract([sample, more])).sort()).toEqual(["2026-11-20 jr-1", "2026-11-21 jr-2"]);
  });

  test("is joined by a sample of the same size", async () => {
    const world = createRunsWorld();
    const ended = await Promise.all([world.extract([sample]), world.extract([sample])]);

    expect(new Set(ended.flatMap(tell)).size).toBe(1);
  });

  test("ends by its own report: one of the day says nothing of it", async () => {
    const world = createRunsWorld({
      script: async () => {},
    });

    expect(tell(await world.extract([sample]))).toEqual([
      "2026-11-20 outside: The run jr-1 ended before it had finished this day.",
    ]);
  });
});
