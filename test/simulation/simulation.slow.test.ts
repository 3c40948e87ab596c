import { expect, test } from "vitest";
import { findIdleFaults } from "./render-faults.ts";
import { simulate } from "./simulate.ts";

const run = (seeds: number, workers: number, from = 1) =>
  simulate({
    seeds,
    from,
    workers,
    mutant: null,
    profile: null,
    stopsAtFailure: false,
    onProgress: () => {},
  });

test("10,000 schedules lose, double and mix nothing, and every fault struck in them", async () => {
  const { schedules, failed, struck } = await run(10_000, 2);
  expect(failed).toEqual([]);
  expect(schedules).toBe(10_000);
  expect(findIdleFaults(struck)).toEqual([]);
});

test("the same seeds give the same run, bit for bit, however many workers there are", async () => {
  const [one, three] = [await run(300, 1, 20_001), await run(300, 3, 20_001)];
  expect({ ...one, struck: [...one.struck].sort() }).toEqual({ ...three, struck: [...three.struck].sort() });
  expect((await run(300, 3, 20_002)).digest).not.toBe(three.digest);
});
