import { expect, test } from "vitest";
import { createLimiter } from "../../../src/adapters/bigquery/limiter.ts";
import type { Clock } from "../../../src/ports.ts";

/** A clock that passes only while somebody sleeps. */
function createSleeper(): Clock & { slept: number[] } {
  let nowMs = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => nowMs,
    async sleep(ms) {
      slept.push(ms);
      nowMs += ms;
    },
  };
}

test("begins no more calls in any second than allowed, and no call later than that", async () => {
  const clock = createSleeper();
  const limit = createLimiter({ atOnce: 100, perSecond: 3, clock });
  const begun: number[] = [];
  const call = () => limit(async () => void begun.push(clock.now()));
  await Promise.all(Array.from({ length: 8 }, call));
  expect(begun).toEqual([0, 0, 0, 1_000, 1_000, 1_000, 2_000, 2_000]);
  expect(clock.slept).toEqual([1_000, 1_000]);
});

test("has no more calls under way than allowed, in the order in which they came", async () => {
  const limit = createLimiter({ atOnce: 2, perSecond: 1_000, clock: createSleeper() });
  const ends: (() => void)[] = [];
  const begun: number[] = [];
  const calls = [0, 1, 2, 3].map((number) =>
    limit(() => {
      begun.push(number);
      return new Promise<void>((resolve) => ends.push(resolve));
    }),
  );
  await expect.poll(() => begun).toEqual([0, 1]);
  ends[0]!();
  await expect.poll(() => begun).toEqual([0, 1, 2]);
  ends[1]!();
  ends[2]!();
  await expect.poll(() => begun).toEqual([0, 1, 2, 3]);
  ends[3]!();
  await Promise.all(calls);
});

test("gives a failed call's place to the next one", async () => {
  const limit = createLimiter({ atOnce: 1, perSecond: 1_000, clock: createSleeper() });
  await expect(limit(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await limit(async () => "yes")).toBe("yes");
});

test("begins nothing after it was ended, and lets nobody wait for ever", async () => {
  const ended = new AbortController();
  const clock: Clock = {
    now: () => 0,
    async sleep() {
      ended.abort(new Error("ended"));
      throw new Error("ended");
    },
  };
  const limit = createLimiter({ atOnce: 5, perSecond: 1, clock, signal: ended.signal });
  expect(await limit(async () => "first")).toBe("first");
  await expect(limit(async () => "second")).rejects.toThrow("ended");
  await expect(limit(async () => "third")).rejects.toThrow("ended");
});
