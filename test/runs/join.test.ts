import { describe, expect, test } from "vitest";
import { specKey } from "../../src/runs/keys.ts";
import { buildDay, count, createRunsWorld, hourMs, type RunsWorld, startMs, tell } from "./world.ts";

const [monday, tuesday, wednesday] = ["2026-11-16", "2026-11-17", "2026-11-18"].map((on) => buildDay(on));

/** A command that is killed as soon as its run is on: the run goes on without it. */
async function startAndDie(world: RunsWorld, days: readonly ReturnType<typeof buildDay>[]): Promise<void> {
  const controller = new AbortController();
  const clock = {
    now: world.clock.now,
    sleep: async () => {
      controller.abort(new Error("killed"));
      throw controller.signal.reason;
    },
  };
  await world.extract(days, { signal: controller.signal, options: { clock } });
}

describe("a live run", () => {
  test("is joined by the next command, and no second one is started", async () => {
    const world = createRunsWorld();
    await startAndDie(world, [monday!, tuesday!]);

    expect(tell(await world.extract([monday!, tuesday!]))).toEqual(["2026-11-16 jr-1", "2026-11-17 jr-1"]);
    expect(count(world, "start")).toBe(1);
  });

  test("is joined by an attempt that must end at another time", async () => {
    const world = createRunsWorld();
    await startAndDie(world, [monday!]);
    const later = { ...monday!, deadlineMs: monday!.deadlineMs + hourMs };

    expect(tell(await world.extract([later]))).toEqual(["2026-11-16 jr-1"]);
  });

  test("is joined day by day: only the rest is started", async () => {
    const world = createRunsWorld();
    await startAndDie(world, [monday!, tuesday!]);

    expect(tell(await world.extract([tuesday!, wednesday!]))).toEqual(["2026-11-17 jr-1", "2026-11-18 jr-2"]);
    expect(world.ran.map(({ spec }) => spec.days.map(({ extract }) => extract.day).sort())).toEqual([
      ["2026-11-16", "2026-11-17"],
      ["2026-11-18"],
    ]);
  });

  test("with other rules is not joined", async () => {
    const world = createRunsWorld();
    await startAndDie(world, [monday!]);
    const other = { ...monday!, recipe: { ...monday!.recipe, rulesDigest: "rules-2" } };

    expect(tell(await world.extract([other]))).toEqual(["2026-11-16 jr-2"]);
  });

  test("of another version of the source is not joined", async () => {
    const world = createRunsWorld();
    await startAndDie(world, [monday!]);
    const { shard } = monday!;
    const other = { ...monday!, shard: { ...shard, version: { ...shard.version, modified: "2" } } };

    expect(tell(await world.extract([other]))).toEqual(["2026-11-16 jr-2"]);
  });

  test("of another script is not joined", async () => {
    const world = createRunsWorld();
    await startAndDie(world, [monday!]);

    const options = { scriptDigest: "script-2" };
    expect(tell(await world.extract([monday!], { options }))).toEqual(["2026-11-16 jr-2"]);
  });

  test("that is being stopped is not joined: it ends without its days", async () => {
    const world = createRunsWorld({ stopMs: 3 * hourMs });
    await startAndDie(world, [monday!]);
    await world.jobRuns.stop("jr-1");

    expect(tell(await world.extract([monday!]))).toEqual(["2026-11-16 jr-2"]);
  });

  test("so old that nothing of it can be committed is not joined", async () => {
    const world = createRunsWorld();
    await startAndDie(world, [monday!]);
    world.jobRuns.stuck.add("jr-1");
    world.clock.ms += 12 * hourMs;
    const again = { ...monday!, deadlineMs: world.clock.ms + 12 * hourMs };

    expect(tell(await world.extract([again]))).toEqual(["2026-11-16 jr-2"]);
  });

  test.each([
    ["started by hand", null],
    ["with a key that is no key", "../../other"],
    ["whose spec is gone", "a".repeat(64)],
  ])("%s is left alone", async (_, runKey) => {
    const world = createRunsWorld();
    const list = async function* () {
      const times = { startedAtMs: startMs, endedAtMs: null, seconds: 0, dpuSeconds: null };
      yield { id: "jr-0", runKey, state: "running", message: null, ...times } as const;
      yield* world.jobRuns.list();
    };
    const options = { jobRuns: { ...world.jobRuns, list } };

    expect(tell(await world.extract([monday!], { options }))).toEqual(["2026-11-16 jr-1"]);
  });

  test("whose spec a newer release wrote is left alone", async () => {
    const world = createRunsWorld();
    const runKey = "b".repeat(64);
    await world.store.put(specKey(runKey), new TextEncoder().encode('{"formatVersion":2}'), {
      ifAbsent: true,
    });
    await world.jobRuns.start({
      runKey,
      specKey: specKey(runKey),
      pipeline: "p",
      bytes: 1,
      deadlineMs: startMs + hourMs,
    });

    expect(tell(await world.extract([monday!]))).toEqual(["2026-11-16 jr-2"]);
  });
});

describe("a run that has ended", () => {
  test("is not joined, and its report is not used: what it wrote may be gone", async () => {
    const world = createRunsWorld();
    await world.extract([monday!]);

    expect(tell(await world.extract([monday!]))).toEqual(["2026-11-16 jr-2"]);
  });

  test("after we gave up on it counts for nothing in the next attempt", async () => {
    const world = createRunsWorld();
    const hasty = { ...monday!, deadlineMs: startMs + hourMs };
    world.jobRuns.stuck.add("jr-1");
    world.jobRuns.broken.stop = new Error("no answer");
    expect(tell(await world.extract([hasty]))).toEqual([
      expect.stringContaining("outside: The extract took too long"),
    ]);
    world.jobRuns.stuck.clear();
    world.clock.ms += hourMs;
    expect((await world.jobRuns.readAll())[0]!.endedAtMs).not.toBeNull();

    expect(tell(await world.extract([monday!]))).toEqual(["2026-11-16 jr-2"]);
  });
});

describe("two runs of one key", () => {
  test("are both alive after a start was doubled: the older one is followed", async () => {
    const world = createRunsWorld();
    world.jobRuns.nextStarts = ["doubled"];

    expect(tell(await world.extract([monday!]))).toEqual(["2026-11-16 jr-1"]);
    expect((await world.jobRuns.readAll()).map(({ id }) => id)).toEqual(["jr-1", "jr-2"]);
  });

  test("are seen late where the list lags, and the older one is followed all the same", async () => {
    const world = createRunsWorld({ listLagMs: 20_000, waitMs: 30_000 });
    world.jobRuns.nextStarts = ["doubled"];

    expect(tell(await world.extract([monday!]))).toEqual(["2026-11-16 jr-1"]);
  });

  test("are started by two commands at once: both end with the older one's generation", async () => {
    const world = createRunsWorld({ listLagMs: 20_000 });
    const both = await Promise.all([world.extract([monday!]), world.extract([monday!])]);

    expect(both.map(tell)).toEqual([["2026-11-16 jr-1"], ["2026-11-16 jr-1"]]);
    expect(count(world, "start")).toBe(2);
  });

  test("write into folders of their own", async () => {
    const world = createRunsWorld();
    world.jobRuns.nextStarts = ["doubled"];
    await world.extract([monday!]);
    await world.jobRuns.readAll();

    const keys: string[] = [];
    for await (const { key } of world.store.list(monday!.prefix)) keys.push(key.split("/")[3]!);
    expect(keys).toEqual(["generation=jr-1_2026-11-16", "generation=jr-2_2026-11-16"]);
  });
});

test("the same day asked for twice in one call is done by one run", async () => {
  const world = createRunsWorld({ listLagMs: 20_000 });

  expect(tell(await world.extract([monday!, monday!]))).toEqual(["2026-11-16 jr-1", "2026-11-16 jr-1"]);
  expect(count(world, "start")).toBe(1);
});

test("a spec that somebody changed is never run: its days fail, the others do not", async () => {
  const world = createRunsWorld();
  await world.extract([monday!]);
  const { spec } = world.ran[0]!;
  await world.store.remove([specKey(spec.runKey)]);
  await world.store.put(specKey(spec.runKey), new TextEncoder().encode("{}"), { ifAbsent: true });

  const options = { limits: { daysPerRun: 1, bytesPerRun: 1, daysAtOnce: 2 } };
  expect(tell(await world.extract([monday!, tuesday!], { options }))).toEqual([
    expect.stringContaining("2026-11-16 data: Another content stands under _runs/"),
    "2026-11-17 jr-2",
  ]);
});
