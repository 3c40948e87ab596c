import { describe, expect, test } from "vitest";
import { ShardliftError } from "../../src/errors.ts";
import { chooseBatch } from "../../src/runs/choose-batch.ts";
import type { DayWork } from "../../src/runs/types.ts";
import { buildLostAnswer } from "../support/memory-job-runs.ts";
import { buildDay, count, createRunsWorld, hourMs, startMs, tell } from "./world.ts";

const days = ["2026-11-16", "2026-11-17", "2026-11-18"].map((on) => buildDay(on));
const [monday] = days as [(typeof days)[number]];

describe("a start without an answer", () => {
  test("that was done is found in the list and joined", async () => {
    const world = createRunsWorld();
    world.jobRuns.nextStarts = ["done, answer lost"];

    expect(tell(await world.extract([monday]))).toEqual(["2026-11-16 jr-1"]);
    expect(count(world, "start")).toBe(1);
  });

  test("that was done is joined although the list lags", async () => {
    const world = createRunsWorld({ listLagMs: 45_000 });
    world.jobRuns.nextStarts = ["done, answer lost"];

    expect(tell(await world.extract([monday]))).toEqual(["2026-11-16 jr-1"]);
    expect(count(world, "start")).toBe(1);
  });

  test("that was not done is repeated once the list must have shown it", async () => {
    const world = createRunsWorld();
    world.jobRuns.nextStarts = ["not done, answer lost"];

    expect(tell(await world.extract([monday]))).toEqual(["2026-11-16 jr-1"]);
    const [run] = await world.jobRuns.readAll();
    expect(run!.startedAtMs - startMs).toBe(60_000);
  });

  test("is not repeated for ever, and the error says what was tried", async () => {
    const world = createRunsWorld();
    world.jobRuns.nextStarts = Array(9).fill("not done, answer lost");

    const [outcome] = await world.extract([monday]);
    expect(outcome).toMatchObject({
      error: { code: "outside", retryable: true, parts: { received: "job in memory: no answer" } },
    });
    expect(count(world, "start")).toBe(4);
  });
});

describe("a start that is refused", () => {
  test("fails its days at once, with the service's error, and no other day", async () => {
    const world = createRunsWorld();
    world.jobRuns.nextStarts = ["refused"];
    const limits = { daysPerRun: 2, bytesPerRun: 10_000, daysAtOnce: 3 };

    expect(tell(await world.extract(days, { options: { limits } }))).toEqual([
      "2026-11-16 config: no right to start",
      "2026-11-17 config: no right to start",
      "2026-11-18 jr-1",
    ]);
  });

  test("because enough runs are on is waited for", async () => {
    const world = createRunsWorld({ maxConcurrent: 1 });
    const limits = { daysPerRun: 1, bytesPerRun: 10_000, daysAtOnce: 3 };

    expect(tell(await world.extract(days, { options: { limits } }))).toEqual([
      "2026-11-16 jr-1",
      "2026-11-17 jr-2",
      "2026-11-18 jr-3",
    ]);
  });

  test("because enough runs are on ends the day at its deadline, in a way that may be tried again", async () => {
    const world = createRunsWorld({ maxConcurrent: 0 });

    const [outcome] = await world.extract([{ ...monday, deadlineMs: startMs + hourMs }]);
    expect(outcome).toMatchObject({ error: { code: "outside", retryable: true } });
    expect(tell([outcome!])).toEqual([
      "2026-11-16 outside: No run could be started before the attempt had to end.",
    ]);
    expect(world.clock.ms).toBe(startMs + hourMs);
  });
});

test("a spec that cannot be written fails its days with the store's error, and nothing is started", async () => {
  const world = createRunsWorld();
  world.store.put = async () => {
    throw buildLostAnswer();
  };

  expect(tell(await world.extract([monday]))).toEqual(["2026-11-16 outside: no answer"]);
  expect(count(world, "start")).toBe(0);
});

describe("the list of runs", () => {
  test("that fails for minutes is waited for: nothing is started blindly", async () => {
    const world = createRunsWorld();
    world.jobRuns.broken.list = buildLostAnswer();
    const clock = { ...world.clock, now: world.clock.now };
    clock.sleep = async (ms) => {
      world.clock.ms += ms;
      if (world.clock.ms > startMs + 5 * 60_000) delete world.jobRuns.broken.list;
      else expect(count(world, "start")).toBe(0);
    };

    expect(tell(await world.extract([monday], { options: { clock } }))).toEqual(["2026-11-16 jr-1"]);
  });

  test.each([
    ["for ever", buildLostAnswer(), "no answer"],
    ["for good", new ShardliftError("config", { failed: "no right to list" }), "no right to list"],
  ])("that fails %s fails the days", async (_, error, text) => {
    const world = createRunsWorld();
    world.jobRuns.broken.list = error;

    expect(tell(await world.extract([monday]))).toEqual([`2026-11-16 ${error.code}: ${text}`]);
    expect(count(world, "start")).toBe(0);
  });
});

describe("a start", () => {
  test("says little: keys, and what the service itself must know", async () => {
    const world = createRunsWorld();
    const starts: unknown[] = [];
    const start: typeof world.jobRuns.start = async (input) => {
      starts.push(input);
      return world.jobRuns.start(input);
    };
    await world.extract([monday, { ...days[1]!, deadlineMs: startMs + hourMs }], {
      options: { jobRuns: { ...world.jobRuns, start } },
    });

    const [{ spec }] = world.ran as [(typeof world.ran)[number]];
    expect(starts).toEqual([
      {
        runKey: spec.runKey,
        specKey: `_runs/${spec.runKey}/spec.json`,
        pipeline: "web-shop",
        bytes: 2000,
        deadlineMs: startMs + hourMs,
      },
    ]);
  });
});

describe("a batch", () => {
  const limits = { daysPerRun: 2, bytesPerRun: 2500, daysAtOnce: 9 };
  const work = (extract: ReturnType<typeof buildDay>): DayWork => ({
    extract,
    key: "",
    unanswered: 0,
    notBeforeMs: 0,
  });
  const sized = (on: string, bytes: number) => {
    const built = buildDay(on);
    return { ...built, shard: { ...built.shard, parts: [{ ...built.shard.parts[0]!, bytes }] } };
  };
  const choose = (extracts: readonly ReturnType<typeof buildDay>[]) =>
    chooseBatch(extracts.map(work), limits).map(({ extract }) => extract.day);

  test("has as many days as a run may have", () => {
    expect(choose(days)).toEqual(["2026-11-16", "2026-11-17"]);
  });

  test("has as many bytes as a run may have", () => {
    expect(choose([sized("2026-11-16", 1500), sized("2026-11-17", 1001)])).toEqual(["2026-11-16"]);
  });

  test("has one day at least, however big", () => {
    expect(choose([sized("2026-11-16", 9999), sized("2026-11-17", 1)])).toEqual(["2026-11-16"]);
  });

  test("is of one pipeline", () => {
    expect(choose([monday, { ...days[1]!, pipeline: "other" }, days[2]!])).toEqual([
      "2026-11-16",
      "2026-11-18",
    ]);
  });

  test("has a day of a family once: a report is named after it", () => {
    expect(choose([monday, { ...monday, prefix: "elsewhere/" }])).toEqual(["2026-11-16"]);
  });

  test("is nothing of nothing", () => {
    expect(choose([])).toEqual([]);
  });
});
