import { describe, expect, test } from "vitest";
import { parseGenerationKey } from "../../../src/lake/keys.ts";
import { readManifest } from "../../../src/lake/manifest.ts";
import type { TaskOutput } from "../../../src/tasks/context.ts";
import { createExtractWorld, days, type ExtractWorld } from "./extract-world.ts";
import { jobName } from "./glue-world.ts";

const never = new Promise<void>(() => {});
const hourMs = 3_600_000;

/** Exit code, and the reasons of the days that are not done. */
function tell({ exitCode, line }: TaskOutput): [number, string[]] {
  const notable = line.notable as { reason: string }[];
  return [exitCode, [...new Set(notable.map(({ reason }) => reason))]];
}

const both = (id: string | undefined) => Object.fromEntries(days.map((on) => [on, id]));

/** After repair there is nothing but the current generations. */
async function expectClean(world: ExtractWorld): Promise<void> {
  const current = Object.values(await world.readCurrent());
  const left = (await world.repair()).map((key) => {
    const id = parseGenerationKey("web-shop", "ga4_events", key)?.generation;
    return id?.replace(/_\d{4}-\d\d-\d\d$/, "") ?? key;
  });
  expect(left).toEqual(current);
}

describe("extract over Glue", () => {
  test("lifts all days in one run, writes down what it cost, and a second time does nothing", async () => {
    const world = await createExtractWorld();
    world.script = (work) => world.wait(30_000).then(work);
    expect(tell(await world.run("extract"))).toEqual([0, []]);
    const [id] = world.runIds();
    expect(await world.readCurrent()).toEqual(both(id));

    const generation = `${id}_${days[0]}`;
    const manifest = await readManifest(world.store, "web-shop", "ga4_events", days[0]!, generation);
    // 2 workers of one DPU, billed a minute at least.
    expect(manifest!.run).toEqual({ id, days: 2, dpuSeconds: 120, usd: 0.0147 });

    const before = world.double.log.length;
    expect((await world.run("extract")).exitCode).toBe(99);
    expect(world.double.log.length).toBe(before);
    await expectClean(world);
  });

  test("that is killed while its run is on is joined by the next one: the run's id is the same", async () => {
    const world = await createExtractWorld();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.script = (work) => released.then(work);
    const dead = world.run("extract", { clock: { ...world.clock, sleep: () => never } });
    await expect.poll(() => world.runIds().length).toBe(1);
    void dead;

    release();
    expect(tell(await world.run("extract"))).toEqual([0, []]);
    expect(world.count("StartJobRun")).toBe(1);
    expect(await world.readCurrent()).toEqual(both(world.runIds()[0]));
    await expectClean(world);
  });

  test("by two commands at once is one run's work, and both say so", async () => {
    const world = await createExtractWorld();
    const [one, two] = await Promise.all([world.run("extract"), world.run("extract")]);

    expect([one.exitCode, two.exitCode].every((code) => [0, 99].includes(code))).toBe(true);
    const [oldest] = world.runIds();
    expect(await world.readCurrent()).toEqual(both(oldest));
    await expectClean(world);
  });

  test("waits where as many runs are on as may be", async () => {
    const world = await createExtractWorld({ maxConcurrentRuns: 1 });
    const limits = { daysPerRun: 1, bytesPerRun: 1e12, daysAtOnce: 2 };

    expect(tell(await world.run("extract", { limits }))).toEqual([0, []]);
    expect(world.runIds().length).toBe(2);
    expect(world.count("StartJobRun")).toBeGreaterThan(2);
  });

  test("is stopped with its command where the environment says so", async () => {
    const world = await createExtractWorld();
    world.script = () => never;
    const clock = {
      ...world.clock,
      sleep: async () => {
        world.signal.abort(new Error("SIGTERM"));
        throw world.signal.signal.reason;
      },
    };
    await expect(world.run("extract", { clock, onAbort: "stop" })).rejects.toThrow("SIGTERM");
    expect(world.count("BatchStopJobRun")).toBe(1);
  });
});

describe("a run that", () => {
  test("is lost is told, and its days are lifted by another one", async () => {
    const world = await createExtractWorld();
    world.double.world.fates = ["lost"];

    expect(tell(await world.run("extract"))).toEqual([
      69,
      [expect.stringMatching(/^The run jr_\w+ is lost: the job service does not know it any more\.$/)],
    ]);
    expect(await world.readCurrent()).toEqual({});
    expect((await world.run("extract")).exitCode).toBe(0);
    expect(await world.readCurrent()).toEqual(both(world.runIds()[1]));
    await expectClean(world);
  });

  test("is stuck in STARTING is stopped at the attempt's deadline", async () => {
    const world = await createExtractWorld();
    world.double.world.fates = ["stays starting"];
    const beganMs = world.clock.now();

    expect(tell(await world.run("extract"))).toEqual([
      69,
      [expect.stringMatching(/^The extract took too long and its run jr_\w+ was stopped\.$/)],
    ]);
    expect(world.clock.now() - beganMs).toBe(12 * hourMs);
    expect(world.count("BatchStopJobRun")).toBe(1);
    expect((await world.run("extract")).exitCode).toBe(0);
    await expectClean(world);
  });

  test("times out keeps what it finished, and the rest is told with what to do", async () => {
    const world = await createExtractWorld();
    world.script = (work) => work().then(() => never);
    // Newest day first: the second one is left.
    world.onDay = ({ day }) => (day === days[0] ? "write" : "leave out");

    expect(tell(await world.run("extract"))).toEqual([
      69,
      [expect.stringMatching(/^The run jr_\w+ ran out of time before it had finished this day\.$/)],
    ]);
    expect(await world.readCurrent()).toEqual({ [days[0]!]: world.runIds()[0] });
    world.script = (work) => work();
    world.onDay = () => "write";
    expect((await world.run("extract")).exitCode).toBe(0);
    await expectClean(world);
  });

  test("runs out of memory says so, with its last lines, without secrets, and what to do", async () => {
    const world = await createExtractWorld();
    world.double.world.fates = ["out of memory"];
    world.script = async (_, print) => {
      print("aws_secret_access_key=abcdefgh");
      print("java.lang.OutOfMemoryError: Java heap space");
      await never;
    };
    const output = await world.run("extract");

    expect(output.exitCode).toBe(69);
    const error = JSON.stringify(output.line.notable);
    expect(error).toContain("OUT_OF_MEMORY_ERROR");
    expect(error).toContain("aws_secret_access_key=***");
    expect(error).not.toContain("abcdefgh");
    expect(error).toContain("engine.worker_type above G.1X");
    await expectClean(world);
  });

  test("finishes twice has one generation current, and leaves nothing else", async () => {
    const world = await createExtractWorld();
    world.double.world.fates = ["finishes twice"];

    expect(tell(await world.run("extract"))).toEqual([0, []]);
    await expectClean(world);
  });

  test("was begun twice is followed in its older half", async () => {
    const world = await createExtractWorld();
    world.double.world.fates = ["doubled"];

    expect(tell(await world.run("extract"))).toEqual([0, []]);
    expect(world.runIds().length).toBe(2);
    await expectClean(world);
  });

  test.each(["breaks down", "expires"] as const)(
    "%s before it began is told, and tried again",
    async (fate) => {
      const world = await createExtractWorld();
      world.double.world.fates = [fate];

      expect((await world.run("extract")).exitCode).toBe(69);
      expect((await world.run("extract")).exitCode).toBe(0);
      await expectClean(world);
    },
  );
});

describe("a job that somebody", () => {
  test("edited by hand starts nothing until ensure-job has put it right", async () => {
    const world = await createExtractWorld();
    const { definition } = world.double.world.jobs.get(jobName)!;
    definition.Command = { ...(definition.Command as object), ScriptLocation: "s3://elsewhere/script.py" };

    expect(tell(await world.run("extract"))).toEqual([
      64,
      [`The job ${jobName} is not as this release and environment define it; no run was started.`],
    ]);
    expect(world.count("StartJobRun")).toBe(0);

    expect((await world.run("ensure-job")).exitCode).toBe(0);
    expect(world.notes.slice(-2)).toEqual([
      `warn Glue job ${jobName} in eu-central-1 was edited by hand: 1 difference, put right now`,
      expect.stringMatching(
        /^warn Command\.ScriptLocation: s3:\/\/elsewhere\/script\.py → s3:\/\/shop-lake\/shardlift\/_scripts\/[0-9a-f]{64}\/extract\.py$/,
      ),
    ]);
    expect((await world.run("extract")).exitCode).toBe(0);
  });

  test("deleted during a run is told with what to do; afterwards all goes its way", async () => {
    const world = await createExtractWorld();
    world.script = async () => void world.double.world.jobs.delete(jobName);

    expect(tell(await world.run("extract"))).toEqual([
      64,
      [expect.stringMatching(/^The job is gone, and its run jr_\w+ with it\.$/)],
    ]);
    world.script = (work) => work();
    expect(tell(await world.run("extract"))).toEqual([64, ["The runs of the job could not be listed."]]);
    expect((await world.run("ensure-job")).exitCode).toBe(0);
    expect((await world.run("extract")).exitCode).toBe(0);
    await expectClean(world);
  });
});

describe("AWS that", () => {
  test("throttles for minutes is waited for", async () => {
    const world = await createExtractWorld();
    for (const operation of ["GetJobRuns", "StartJobRun", "GetJobRun"]) {
      world.double.faults.add({ do: "throttle", operation, times: 5 });
    }
    expect(tell(await world.run("extract"))).toEqual([0, []]);
    expect(world.double.faults.left()).toEqual([]);
    expect(world.runIds().length).toBe(1);
  });

  test("loses the answer to a start is looked at before a second one", async () => {
    const world = await createExtractWorld();
    world.double.faults.add({ do: "drop answer", operation: "StartJobRun" });

    expect(tell(await world.run("extract"))).toEqual([0, []]);
    expect(world.count("StartJobRun")).toBe(1);
  });

  test("begins a run long after its start was given up leaves nothing that stays", async () => {
    const world = await createExtractWorld();
    let land = () => {};
    const until = new Promise<void>((resolve) => {
      land = resolve;
    });
    world.double.faults.add({ do: "land later", operation: "StartJobRun", until });

    expect(tell(await world.run("extract"))).toEqual([0, []]);
    land();
    await expect.poll(() => world.runIds().length).toBe(2);
    for (let waits = 0; waits < 3; waits += 1) await world.clock.sleep(60_000);
    expect(world.ran.length).toBe(2);
    await expectClean(world);
  });

  test("calls credentials expired in the middle of a run is asked with new ones", async () => {
    const world = await createExtractWorld();
    world.double.faults.add({ do: "expire token", operation: "GetJobRun", times: 3 });

    expect(tell(await world.run("extract"))).toEqual([0, []]);
  });

  test.each([
    ["StartJobRun", "No run could be started.", "allow glue:StartJobRun"],
    ["GetJobRuns", "The runs of the job could not be listed.", "allow glue:GetJobRuns"],
  ])("denies %s is told with the right that lacks", async (operation, failed, remedy) => {
    const world = await createExtractWorld();
    world.double.faults.add({ do: "deny", operation, times: Number.POSITIVE_INFINITY });
    const output = await world.run("extract");

    expect(tell(output)).toEqual([64, [failed]]);
    expect(JSON.stringify(output.line.notable)).toContain(remedy);
  });
});
