import { describe, expect, test } from "vitest";
import { ShardliftError } from "../../src/errors.ts";
import { dayReportKey } from "../../src/runs/keys.ts";
import { createRunsEngine } from "../../src/runs/runs-engine.ts";
import { buildLostAnswer } from "../support/memory-job-runs.ts";
import { buildDay, count, createRunsWorld, hourMs, startMs, tell } from "./world.ts";

const monday = buildDay("2026-11-16");
const tuesday = buildDay("2026-11-17");

describe("a day's outcome", () => {
  test("is its run's report, whole", async () => {
    const world = createRunsWorld();
    const generation = "jr-1_2026-11-16";
    const key = `${monday.prefix}generation=${generation}/${generation}-00000.parquet`;

    const [outcome] = await world.extract([monday]);
    expect(outcome).toEqual({
      day: monday.day,
      family: "ga4_events",
      report: {
        generation,
        files: [{ key, bytes: 4, rows: 7 }],
        duplicatesFiles: [],
        balance: { source: 7, written: 7, duplicates: { exact: 0, conflicting: 0 }, filtered: 0 },
        checksum: "12345678901234567890",
        nonNull: { event_id: 7 },
        columns: monday.recipe.columns,
        engine: { name: "duckdb", version: "v1.5.5" },
        // The script began when it was looked at for the first time after its wait.
        startedAtMs: startMs + 15_000,
        run: { id: "jr-1", days: 1, dpuSeconds: null, usd: null },
      },
    });
  });

  test("comes only after the run has ended for good, though its report is there before", async () => {
    const world = createRunsWorld({ runMs: 2 * hourMs });
    await world.extract([monday]);

    const [run] = await world.jobRuns.readAll();
    expect(world.clock.ms).toBeGreaterThanOrEqual(run!.endedAtMs!);
    expect(run!.endedAtMs).toBe(startMs + 2 * hourMs + 10_000);
  });

  test("is the error its run tells of, in four parts; the others are not touched by it", async () => {
    const world = createRunsWorld();
    world.onDay = ({ day }) => (day === monday.day ? "fail" : "write");

    const [failed, written] = await world.extract([monday, tuesday]);
    expect(failed).toMatchObject({
      generation: "g1",
      error: { code: "data", retryable: false, parts: { received: "row 7", remedy: "mend it" } },
    });
    expect(tell([written!])).toEqual(["2026-11-17 jr-1"]);
  });

  test("is what its run did before it failed; days without a report have the run's message", async () => {
    const world = createRunsWorld();
    // Newest day first.
    world.onDay = ({ day }) => {
      if (day === monday.day) throw new Error("Container killed by YARN: out of memory");
      return "write";
    };

    const [failed, written] = await world.extract([monday, tuesday]);
    expect(tell([written!])).toEqual(["2026-11-17 jr-1"]);
    expect(failed).toMatchObject({
      day: monday.day,
      error: {
        code: "outside",
        retryable: false,
        parts: {
          failed: "The run jr-1 failed before it had finished this day.",
          received:
            "job in memory: Container killed by YARN: out of memory\n    last lines of its log (the log in memory):\n    the last line",
          remedy: "give it more memory; then run again",
        },
      },
    });
  });

  test("has its run's bill, which it shares with all days of the run, joined or not", async () => {
    const world = createRunsWorld();
    const { read } = world.jobRuns;
    world.jobRuns.read = async (id) => {
      const run = await read(id);
      return run === null ? null : { ...run, dpuSeconds: 1800 };
    };

    const outcomes = await world.extract([monday, tuesday], { options: { dpuHourUsd: 0.44 } });
    const run = { id: "jr-1", days: 2, dpuSeconds: 1800, usd: 0.22 };
    expect(outcomes.map((outcome) => "report" in outcome && outcome.report.run)).toEqual([run, run]);
  });

  test("is explained once for all days of its run, and not where the run has succeeded", async () => {
    const world = createRunsWorld();
    world.onDay = () => {
      throw new Error("no such bucket");
    };
    await world.extract([monday, tuesday]);
    expect(count(world, "explain")).toBe(1);

    world.onDay = () => "leave out";
    await world.extract([monday, tuesday]);
    expect(count(world, "explain")).toBe(1);
  });

  test("is an error where the run ended without a word about the day", async () => {
    const world = createRunsWorld();
    world.onDay = () => "leave out";

    expect(tell(await world.extract([monday]))).toEqual([
      "2026-11-16 outside: The run jr-1 ended before it had finished this day.",
    ]);
  });

  test.each<[string, object, string]>([
    ["a newer format", { formatVersion: 2 }, "refused: The run report"],
    ["another day key", { key: "other" }, "data: The run report"],
  ])("is an error where the report is of %s", async (_, over, expected) => {
    const world = createRunsWorld();
    const put = world.store.put;
    world.store.put = async (key, body, condition) => {
      const isReport = key.endsWith(`${monday.day}.json`);
      const changed = isReport ? { ...JSON.parse(new TextDecoder().decode(body)), ...over } : null;
      return put(key, changed ? new TextEncoder().encode(JSON.stringify(changed)) : body, condition);
    };

    expect(tell(await world.extract([monday]))).toEqual([expect.stringContaining(expected)]);
  });

  test("is an error where the report cannot be had", async () => {
    const world = createRunsWorld();
    const get = world.store.get;
    world.store.get = async (key) => {
      if (key === dayReportKey(world.ran[0]?.spec.runKey ?? "", "jr-1", "ga4_events", monday.day))
        throw buildLostAnswer();
      return get(key);
    };

    expect(tell(await world.extract([monday]))).toEqual(["2026-11-16 outside: no answer"]);
  });
});

describe("a run", () => {
  test("that the service has lost is an error that may be tried again, and is not taken for ended", async () => {
    const world = createRunsWorld();
    world.jobRuns.lost.add("jr-1");

    const [outcome] = await world.extract([monday]);
    expect(outcome).toMatchObject({ error: { code: "outside", retryable: true } });
    expect(tell([outcome!])).toEqual([
      "2026-11-16 outside: The run jr-1 is lost: the job service does not know it any more.",
    ]);
  });

  test("that the service does not know for a moment is not lost", async () => {
    const world = createRunsWorld();
    const { read } = world.jobRuns;
    let misses = 2;
    world.jobRuns.read = async (id) => (misses-- > 0 ? null : read(id));

    expect(tell(await world.extract([monday]))).toEqual(["2026-11-16 jr-1"]);
  });

  test("is told of when it is started, joined and ended, once", async () => {
    const world = createRunsWorld();
    const told: string[] = [];
    const extract = async (days: Parameters<typeof world.extract>[0]) => {
      const engine = createRunsEngine(world.options({ dpuHourUsd: 0.44 }));
      const { signal } = new AbortController();
      const context = { signal, onRows: () => {}, onStep: (text: string) => void told.push(text) };
      for await (const outcome of engine.extract(days, context)) expect(outcome).toHaveProperty("report");
    };
    const { read } = world.jobRuns;
    world.jobRuns.read = async (id) => ({ ...(await read(id))!, dpuSeconds: 7200 });
    await extract([monday, tuesday]);
    expect(told).toEqual([
      "job in memory: run jr-1 started, for 2 days, 2026-11-16 to 2026-11-17",
      "run jr-1 succeeded after 60 s, 7200 DPU seconds, about 0.88 USD",
    ]);

    await world.jobRuns.start({
      runKey: world.ran[0]!.spec.runKey,
      specKey: `_runs/${world.ran[0]!.spec.runKey}/spec.json`,
      pipeline: "web-shop",
      bytes: 1,
      deadlineMs: world.clock.ms + hourMs,
    });
    await extract([monday]);
    expect(told.slice(2)).toEqual([
      "job in memory: run jr-2 joined, which was on already, for 2026-11-16",
      "run jr-2 succeeded after 60 s, 7200 DPU seconds, about 0.88 USD",
    ]);
  });

  test("that is stuck is stopped at the deadline, once, and its day may be tried again", async () => {
    const world = createRunsWorld();
    world.jobRuns.stuck.add("jr-1");

    const [outcome] = await world.extract([{ ...monday, deadlineMs: startMs + hourMs }]);
    expect(outcome).toMatchObject({ error: { code: "outside", retryable: true } });
    expect(tell([outcome!])).toEqual([
      "2026-11-16 outside: The extract took too long and its run jr-1 was stopped.",
    ]);
    expect(count(world, "stop")).toBe(1);
    expect(world.clock.ms).toBe(startMs + hourMs);
  });

  test("that is stuck does not hold up the others", async () => {
    const world = createRunsWorld();
    world.jobRuns.stuck.add("jr-1");
    const limits = { daysPerRun: 1, bytesPerRun: 1, daysAtOnce: 2 };

    expect(tell(await world.extract([monday, tuesday], { options: { limits } }))[0]).toBe("2026-11-17 jr-2");
  });

  test("is asked about at once often, later once a minute", async () => {
    const world = createRunsWorld({ runMs: hourMs });
    const waits: number[] = [];
    const { sleep } = world.clock;
    world.clock.sleep = async (ms, signal) => {
      waits.push(ms);
      return sleep(ms, signal);
    };
    await world.extract([monday]);

    expect(waits.slice(0, 6)).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000]);
    expect(count(world, "read")).toBeLessThan(70);
  });

  test("is followed through minutes in which its service does not answer", async () => {
    const world = createRunsWorld();
    const { read } = world.jobRuns;
    let faults = 19;
    world.jobRuns.read = async (id) => {
      if (faults-- > 0) throw buildLostAnswer();
      return read(id);
    };

    expect(tell(await world.extract([monday]))).toEqual(["2026-11-16 jr-1"]);
  });

  test.each([
    ["does not answer any more", buildLostAnswer(), "outside: The state of the run jr-1 could not be read"],
    ["refuses", new ShardliftError("config", { failed: "no right to read" }), "config: no right to read"],
  ])("whose service %s is given up", async (_, error, expected) => {
    const world = createRunsWorld();
    world.jobRuns.broken.read = error;

    expect(tell(await world.extract([monday]))).toEqual([expect.stringContaining(expected)]);
  });

  test("tells how far its days are", async () => {
    const world = createRunsWorld();
    const told: string[] = [];
    await world.extract([monday], { onRows: (on, rows) => told.push(`${on} ${rows}`) });

    expect(new Set(told)).toEqual(new Set(["2026-11-16 500"]));
  });
});

describe("a call that is told to stop", () => {
  /** A call that is aborted while it follows its run; */
  const stop = async (onAbort: "leave" | "stop", world = createRunsWorld()) => {
    const controller = new AbortController();
    const { sleep } = world.clock;
    world.clock.sleep = async () => {
      controller.abort(new Error("stop"));
      throw controller.signal.reason;
    };
    const outcomes = await world.extract([monday], { signal: controller.signal, options: { onAbort } });
    world.clock.sleep = sleep;
    return { world, outcomes };
  };

  test("leaves its runs to the next call, which joins them", async () => {
    const { world, outcomes } = await stop("leave");
    expect(outcomes).toEqual([
      { day: monday.day, family: "ga4_events", error: new Error("stop"), generation: null },
    ]);
    expect(count(world, "stop")).toBe(0);
    expect(tell(await world.extract([monday]))).toEqual(["2026-11-16 jr-1"]);
  });

  test("stops the runs it has started where it is asked to", async () => {
    const { world } = await stop("stop");
    world.clock.ms += hourMs;
    expect((await world.jobRuns.readAll()).map(({ state }) => state)).toEqual(["stopped"]);
  });

  test("does not stop runs it has joined: others may follow them", async () => {
    const { world } = await stop("leave");
    await stop("stop", world);
    expect(count(world, "start")).toBe(1);
    expect(count(world, "stop")).toBe(0);
  });

  test("before it began starts nothing", async () => {
    const world = createRunsWorld();
    await world.extract([monday], { signal: AbortSignal.abort(new Error("stop")) });
    expect(world.jobRuns.calls).toEqual([]);
  });

  test("stops its runs also where its caller stops listening", async () => {
    const world = createRunsWorld();
    const controller = new AbortController();
    const limits = { daysPerRun: 1, bytesPerRun: 1, daysAtOnce: 2 };
    const engine = createRunsEngine(world.options({ onAbort: "stop", limits }));
    world.jobRuns.stuck.add("jr-2");
    for await (const _ of engine.extract([monday, tuesday], {
      signal: controller.signal,
      onRows: () => {},
    })) {
      controller.abort(new Error("stop"));
      break;
    }
    expect(world.jobRuns.calls.filter((call) => call.startsWith("stop"))).toEqual(["stop jr-2"]);
  });
});
