import { Glue } from "@aws-sdk/client-glue";
import { describe, expect, onTestFinished, test } from "vitest";
import { doubleCredentials, doubleRegion, type GlueDoubleOptions, startGlueDouble } from "../double.ts";
import { nameArn } from "./definitions.ts";
import { executeInProcess } from "./execution.ts";
import { buildPythonCommand, buildSparkCommand, type SpawnOptions, spawnScript } from "./spawn-script.ts";

const never = new Promise<void>(() => {});
const hangs = executeInProcess(() => never);
const definition = {
  Role: "arn:aws:iam::123456789012:role/glue",
  Command: { Name: "glueetl", ScriptLocation: "s3://lake/script.py" },
  DefaultArguments: { "--a": "1", "--b": "2" },
  Timeout: 60,
  WorkerType: "G.1X",
  NumberOfWorkers: 2,
} as const;

async function start(options: GlueDoubleOptions = {}) {
  const double = await startGlueDouble(options);
  const glue = new Glue({
    endpoint: double.endpoint,
    region: doubleRegion,
    credentials: doubleCredentials,
    maxAttempts: 1,
  });
  onTestFinished(async () => {
    glue.destroy();
    await double.close();
  });
  await glue.createJob({ Name: "job", ...definition, Tags: { team: "growth" } });
  const run = (over: Partial<Parameters<typeof glue.startJobRun>[0]> = {}) =>
    glue.startJobRun({ JobName: "job", ...over }).then(({ JobRunId }) => JobRunId!);
  const read = async (id: string) => (await glue.getJobRun({ JobName: "job", RunId: id })).JobRun!;
  /** Time passes, and in-process scripts come as far as they can. */
  const pass = async (ms: number) => {
    double.clock.advance(ms);
    for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return { double, glue, run, read, pass };
}

describe("a job of the double", () => {
  test("is replaced as a whole by an update: what is left out is lost", async () => {
    const { glue } = await start();
    const { Role, Command } = definition;
    await glue.updateJob({ JobName: "job", JobUpdate: { Role, Command } });
    const { Job } = await glue.getJob({ JobName: "job" });
    expect(Job).toMatchObject({ Timeout: 480, MaxRetries: 0, GlueVersion: "0.9" });
    expect(Job!.DefaultArguments).toBeUndefined();
    expect(Job!.WorkerType).toBeUndefined();
  });

  test("keeps its tags through an update", async () => {
    const { glue, double } = await start();
    await glue.updateJob({ JobName: "job", JobUpdate: definition });
    const ResourceArn = nameArn(double.world, "job");
    await glue.tagResource({ ResourceArn, TagsToAdd: { pipeline: "web-shop" } });
    await glue.untagResource({ ResourceArn, TagsToRemove: ["team"] });
    expect((await glue.getTags({ ResourceArn })).Tags).toEqual({ pipeline: "web-shop" });
  });

  test.each([
    ["the same", {}, "AlreadyExistsException"],
    ["with other parameters", { Timeout: 61 }, "IdempotentParameterMismatchException"],
  ])("is not created twice, %s", async (_, over, name) => {
    const { glue } = await start();
    await expect(glue.createJob({ Name: "job", ...definition, ...over })).rejects.toMatchObject({ name });
  });

  test.each([
    ["capacity and workers", { MaxCapacity: 2 }],
    ["one worker", { NumberOfWorkers: 1 }],
    ["a worker that is none", { WorkerType: "Z.9X" as never }],
    ["no role", { Role: "" }],
  ])("is refused with %s", async (_, over) => {
    const { glue } = await start();
    const other = { Name: "other", ...definition, ...over };
    await expect(glue.createJob(other)).rejects.toMatchObject({ name: "InvalidInputException" });
  });
});

describe("a run of the double", () => {
  test("has default and own arguments, the latter winning, and Glue's own", async () => {
    const given: Record<string, string>[] = [];
    const { run, pass } = await start({
      execute: executeInProcess(async (input) => void given.push(input.arguments)),
    });
    const id = await run({ Arguments: { "--b": "3", "--c": "4" } });
    await pass(10_000);
    const own = { "--JOB_NAME": "job", "--JOB_RUN_ID": id, "--JOB_ID": "j_job" };
    expect(given).toEqual([{ "--a": "1", "--b": "3", "--c": "4", ...own }]);
  });

  test("goes from STARTING to RUNNING to SUCCEEDED", async () => {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const { run, read, pass } = await start({ execute: executeInProcess(() => ended) });
    const id = await run();
    const state = async () => (await read(id)).JobRunState;
    expect(await state()).toBe("STARTING");
    await pass(10_000);
    expect(await state()).toBe("RUNNING");
    end();
    await pass(0);
    expect(await read(id)).toMatchObject({ JobRunState: "SUCCEEDED", CompletedOn: expect.any(Date) });
  });

  test("is refused where as many are on as may be", async () => {
    const { run, pass } = await start();
    await run();
    await expect(run()).rejects.toMatchObject({ name: "ConcurrentRunsExceededException" });
    await pass(10_000);
    await run();
  });

  test("is refused with arguments beyond 260 KB, and with a policy beyond 2,048 characters", async () => {
    const { run } = await start();
    const name = "InvalidInputException";
    await expect(run({ Arguments: { "--a": "x".repeat(261 * 1024) } })).rejects.toMatchObject({ name });
    await expect(run({ ExecutionRoleSessionPolicy: "x".repeat(2049) })).rejects.toMatchObject({ name });
    await expect(run({ ExecutionRoleSessionPolicy: "{" })).rejects.toMatchObject({ name });
  });

  test("is stopped item by item: what has ended or is not known is told, the rest is stopped", async () => {
    const { glue, run, read, pass } = await start({ execute: hangs });
    const id = await run();
    await pass(10_000);
    const JobRunIds = [id, "jr_unknown"];
    const stopped = await glue.batchStopJobRun({ JobName: "job", JobRunIds });
    expect(stopped.SuccessfulSubmissions).toEqual([{ JobName: "job", JobRunId: id }]);
    expect(stopped.Errors![0]!.ErrorDetail!.ErrorCode).toBe("EntityNotFoundException");
    expect((await read(id)).JobRunState).toBe("STOPPING");
    await pass(5_000);
    expect((await read(id)).JobRunState).toBe("STOPPED");

    const again = await glue.batchStopJobRun({ JobName: "job", JobRunIds: [id] });
    expect(again.Errors![0]!.ErrorDetail!.ErrorCode).toBe("JobRunInvalidStateTransitionException");
  });

  test("that takes longer than its own timeout ends as TIMEOUT", async () => {
    const { run, read, pass } = await start({ execute: hangs });
    const id = await run({ Timeout: 2 });
    await pass(10_000);
    await pass(119_000);
    expect((await read(id)).JobRunState).toBe("RUNNING");
    await pass(1_000);
    expect(await read(id)).toMatchObject({ JobRunState: "TIMEOUT", ExecutionTime: 120 });
  });

  test("has DPU seconds where its class is FLEX alone", async () => {
    const { glue, run, read, pass } = await start({ execute: hangs });
    await glue.updateJob({
      JobName: "job",
      JobUpdate: { ...definition, ExecutionProperty: { MaxConcurrentRuns: 2 } },
    });
    const ids = [await run({ Timeout: 1 }), await run({ Timeout: 1, ExecutionClass: "FLEX" })];
    await pass(10_000);
    await pass(60_000);
    expect(await Promise.all(ids.map(async (id) => (await read(id)).DPUSeconds))).toEqual([undefined, 120]);
  });
});

/** A script in Node, from an object in memory, in the place of Python. */
function spawnNode(objects: Record<string, string>, over: Partial<SpawnOptions> = {}) {
  return spawnScript({
    async readObject(uri) {
      const text = objects[uri];
      if (text === undefined) throw new Error("NoSuchKey");
      return new TextEncoder().encode(text);
    },
    buildCommand: ({ path, argv }) => ({ file: process.execPath, args: [path, ...argv] }),
    ...over,
  });
}

describe("a script in a process of its own", () => {
  const script = "s3://lake/script.py";

  async function finish(world: Awaited<ReturnType<typeof start>>, id: string) {
    await world.pass(10_000);
    await Promise.all(world.double.world.executions.map(({ ended }) => ended));
    await world.pass(0);
    return world.read(id);
  }

  test("gets its arguments as words, and what it prints is its log", async () => {
    const world = await start({
      execute: spawnNode({ [script]: "console.log(process.argv.slice(2).join(' '))" }),
    });
    const id = await world.run();
    expect((await finish(world, id)).JobRunState).toBe("SUCCEEDED");
    const [event] = world.double.world.logs.get("/aws-glue/jobs/output")!.get(id)!;
    expect(event!.message).toBe(`--a 1 --b 2 --JOB_NAME job --JOB_RUN_ID ${id} --JOB_ID j_job`);
  });

  test("that fails gives its error as the run's message", async () => {
    const world = await start({ execute: spawnNode({ [script]: "throw new TypeError('no rows')" }) });
    expect(await finish(world, await world.run())).toMatchObject({
      JobRunState: "FAILED",
      ErrorMessage: "Error Category: UNCLASSIFIED_ERROR; TypeError: no rows",
    });
  });

  test.each(["--extra-py-files", "--additional-python-modules"])(
    "does not begin where an object of %s is missing",
    async (name) => {
      const world = await start({ execute: spawnNode({ [script]: "" }) });
      const id = await world.run({ Arguments: { [name]: "s3://lake/gone.zip" } });
      expect(await finish(world, id)).toMatchObject({
        JobRunState: "FAILED",
        ErrorMessage: expect.stringContaining("LAUNCH ERROR | File does not exist: s3://lake/gone.zip"),
      });
    },
  );

  test("is killed with all its children", async () => {
    const child = "['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }";
    const code = `require('child_process').spawn(process.execPath, ${child}); console.log('up'); setInterval(() => {}, 1000)`;
    const world = await start({ execute: spawnNode({ [script]: code }) });
    const id = await world.run();
    await world.pass(10_000);
    await expect.poll(() => world.double.world.logs.size).toBe(1);
    await world.glue.batchStopJobRun({ JobName: "job", JobRunIds: [id] });
    // It has ended when nobody can write to its output any more: the child has it too.
    await Promise.all(world.double.world.executions.map(({ ended }) => ended));
    await world.pass(5_000);
    expect((await world.read(id)).JobRunState).toBe("STOPPED");
  });

  test("that somebody else kills has failed, by its exit code", async () => {
    const world = await start({
      execute: spawnNode({ [script]: "console.log('on'); process.kill(process.pid, 'SIGKILL')" }),
    });
    expect(await finish(world, await world.run())).toMatchObject({
      JobRunState: "FAILED",
      ErrorMessage: "Error Category: UNCLASSIFIED_ERROR; Command failed with exit code 137",
    });
  });

  test.skipIf(process.platform !== "linux")(
    "that takes more than its worker holds is killed, with its children's memory counted",
    async () => {
      const child = "['-e', 'global.kept = Buffer.alloc(150e6, 1); setInterval(() => {}, 1000)']";
      const code = `require('child_process').spawn(process.execPath, ${child}); setInterval(() => {}, 1000)`;
      const chooseMemory = (workerType: string) => (workerType === "G.1X" ? 180e6 : 1e12);
      const world = await start({ execute: spawnNode({ [script]: code }, { chooseMemory }) });
      const id = await world.run({ WorkerType: "G.1X", NumberOfWorkers: 2 });
      expect(await finish(world, id)).toMatchObject({
        JobRunState: "FAILED",
        ErrorMessage: expect.stringContaining("OUT_OF_MEMORY_ERROR"),
      });
    },
  );
});

test("Spark gets the job's options, its packages and its arguments", async () => {
  const staged = {
    folder: "/f",
    path: "/f/script/a.py",
    pyFiles: ["/f/py-files/p.zip"],
    conf: ["a=1", "b=2"],
    argv: ["--x", "y"],
  };
  const spark = { sparkSubmit: "spark-submit", python: "python3", cores: 2 };
  expect(buildSparkCommand(spark)(staged).args).toEqual(
    "--master local[2] --conf a=1 --conf b=2 --py-files /f/py-files/p.zip /f/script/a.py --x y".split(" "),
  );
  expect(buildPythonCommand("python3")(staged)).toEqual({
    file: "python3",
    args: ["/f/script/a.py", "--x", "y"],
    env: { PYTHONPATH: "/f/py-files/p.zip" },
  });
});
