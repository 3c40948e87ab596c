import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/adapters/memory/memory-store.ts";
import { ShardliftError } from "../../src/errors.ts";
import type { Catalog, Clock, Source } from "../../src/ports.ts";
import {
  pauseAfter,
  retry,
  withCatalogRetries,
  withSourceRetries,
  withStoreRetries,
} from "../../src/tasks/retry.ts";

const policy = { attempts: 4, maxWaitMs: 1500 };

/** A clock that only remembers how long it was asked to sleep. */
function createSleeper(): Clock & { sleptMs: number[] } {
  const sleptMs: number[] = [];
  return {
    sleptMs,
    now: () => 0,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      sleptMs.push(ms);
    },
  };
}

function fault(retryable: boolean): ShardliftError {
  return new ShardliftError("outside", { failed: "no answer" }, { retryable });
}

/** Fails so many times, then answers. */
function failing(times: number, error: unknown) {
  const work = { calls: 0, run: async () => "" };
  work.run = async () => {
    work.calls += 1;
    if (work.calls <= times) throw error;
    return "answer";
  };
  return work;
}

describe("a fault", () => {
  test("is asked again, with waits that double up to the longest, on our own clock", async () => {
    const clock = createSleeper();
    const work = failing(3, fault(true));
    expect(await retry(work.run, { policy, clock })).toBe("answer");
    expect({ calls: work.calls, sleptMs: clock.sleptMs }).toEqual({ calls: 4, sleptMs: [500, 1000, 1500] });
  });

  test("is told after the last attempt, without another wait", async () => {
    const clock = createSleeper();
    const error = fault(true);
    const work = failing(9, error);
    await expect(retry(work.run, { policy, clock })).rejects.toBe(error);
    expect({ calls: work.calls, waits: clock.sleptMs.length }).toEqual({ calls: 4, waits: 3 });
  });

  test.each([
    ["that asking again cannot help", fault(false)],
    [
      "that is none: somebody else holds the file",
      new ShardliftError("not-ready", { failed: "held" }, { retryable: true }),
    ],
    ["of ours", new TypeError("undefined is not a function")],
  ])("%s is told at once", async (_, error) => {
    const clock = createSleeper();
    const work = failing(1, error);
    await expect(retry(work.run, { policy, clock })).rejects.toBe(error);
    expect({ calls: work.calls, sleptMs: clock.sleptMs }).toEqual({ calls: 1, sleptMs: [] });
  });

  test("is not asked again once somebody pressed Ctrl-C", async () => {
    const controller = new AbortController();
    const stop = new ShardliftError("interrupted", { failed: "Stopped by SIGINT." });
    const work = failing(9, fault(true));
    const run = async () => {
      controller.abort(stop);
      return work.run();
    };
    await expect(retry(run, { policy, clock: createSleeper(), signal: controller.signal })).rejects.toBe(
      stop,
    );
    expect(work.calls).toBe(1);
  });
});

test("a pause is as long as the wait after the same fault", async () => {
  const clock = createSleeper();
  const pause = pauseAfter({ policy, clock, signal: new AbortController().signal });
  for (const faults of [1, 2, 3, 20]) await pause(faults);
  expect(clock.sleptMs).toEqual([500, 1000, 1500, 1500]);
});

describe("ports", () => {
  const again = <T>(work: () => Promise<T>) => retry(work, { policy, clock: createSleeper() });

  test("a source's calls are asked again", async () => {
    const tables = failing(2, fault(true));
    const source: Source = {
      location: "here",
      listTables: async () => [await tables.run()],
      readVersion: async () => null,
      openShard: async () => null,
    };
    expect(await withSourceRetries(source, again).listTables("d")).toEqual(["answer"]);
  });

  test("a store's puts are not: after an unanswered one the protocol looks instead", async () => {
    let puts = 0;
    const store = {
      ...createMemoryStore({ nowMs: () => 0 }),
      put: async () => {
        puts += 1;
        throw fault(true);
      },
    };
    const put = withStoreRetries(store, again).put("a", new Uint8Array(), { ifAbsent: true });
    await expect(put).rejects.toThrow("no answer");
    expect(puts).toBe(1);
  });
});

test("a catalog's reading is asked again; its changes settle their own outcomes", async () => {
  const reading = failing(1, fault(true));
  const changing = failing(1, fault(true));
  const catalog = {
    readPartitions: async () => new Map([["2026-11-20", await reading.run()]]),
    point: async () => [await changing.run()],
  } as unknown as Catalog;
  const again = <T>(work: () => Promise<T>) => retry(work, { policy, clock: createSleeper() });
  const asked = withCatalogRetries(catalog, again);
  const table = { schema: "analytics", table: "events" };
  expect(await asked.readPartitions(table, "all")).toEqual(new Map([["2026-11-20", "answer"]]));
  await expect(asked.point(table, [])).rejects.toMatchObject({ message: "no answer" });
  expect([reading.calls, changing.calls]).toEqual([2, 1]);
});
