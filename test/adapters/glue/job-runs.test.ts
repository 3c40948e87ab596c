import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createGlueJobRuns } from "../../../src/adapters/glue/job-runs.ts";
import type { JobRun } from "../../../src/ports.ts";
import type { Fault } from "../../doubles/glue/faults.ts";
import { executeInProcess } from "../../doubles/glue/jobs/execution.ts";
import { createGlueWorld, type GlueWorld, jobName } from "./glue-world.ts";

const hourMs = 3_600_000;
const key = "a".repeat(64);

async function readEnd(world: GlueWorld, id: string): Promise<JobRun> {
  for (let looks = 0; looks < 300; looks += 1) {
    const run = await world.jobRuns.read(id);
    if (run?.endedAtMs) return run;
    await world.pass(20_000);
  }
  throw new Error("the run did not end");
}

/** A run whose script prints these lines and then fails. */
async function fail(lines: readonly string[], over: Parameters<typeof createGlueWorld>[0] = {}) {
  const execute = executeInProcess(async ({ print }) => {
    for (const line of lines) print(line);
    throw new Error("the end");
  });
  const world = await createGlueWorld({ execute, ...over });
  const run = await readEnd(world, await world.start(key));
  return { world, run, explanation: await world.jobRuns.explain(run) };
}

describe("a start", () => {
  test("looks at the job first, and starts once", async () => {
    const world = await createGlueWorld();
    await world.start(key);
    expect(world.takeCalls()).toEqual(["GetJob", "StartJobRun"]);
  });

  test.each<[string, Fault, { code: string; retryable: boolean }]>([
    ["throttled: nothing was begun", { do: "throttle" }, { code: "not-ready", retryable: true }],
    [
      "refused for an account's limit: nothing was begun",
      { do: "refuse", name: "ResourceNumberLimitExceededException", message: "DPUs" },
      { code: "not-ready", retryable: true },
    ],
    ["without an answer: nobody knows", { do: "drop answer" }, { code: "outside", retryable: true }],
    ["cut off: nobody knows", { do: "drop request" }, { code: "outside", retryable: true }],
    [
      "a fault of Glue: nobody knows",
      { do: "refuse", name: "InternalServiceException", message: "oops", status: 500 },
      { code: "outside", retryable: true },
    ],
    [
      "timed out inside Glue: nobody knows",
      { do: "refuse", name: "OperationTimeoutException", message: "late", status: 500 },
      { code: "outside", retryable: true },
    ],
    ["with expired credentials", { do: "expire token" }, { code: "outside", retryable: true }],
    ["denied", { do: "deny" }, { code: "config", retryable: false }],
    [
      "with credentials that are none",
      { do: "refuse", name: "UnrecognizedClientException", message: "security token invalid" },
      { code: "config", retryable: false },
    ],
    [
      "that Glue calls invalid",
      { do: "refuse", name: "InvalidInputException", message: "Timeout" },
      { code: "config", retryable: false },
    ],
    [
      "refused for what nobody foresaw",
      { do: "refuse", name: "IllegalWorkflowStateException", message: "odd" },
      { code: "outside", retryable: false },
    ],
  ])("%s", async (_, fault, expected) => {
    const world = await createGlueWorld();
    world.double.faults.add({ ...fault, operation: "StartJobRun" });

    const error = await world.start(key).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(expected);
    expect((error as { parts: object }).parts).toEqual({
      failed: "No run could be started.",
      rule: expect.any(String),
      received: expect.any(String),
      remedy: expect.any(String),
    });
    // Asked once: a retry of the SDK's own would hide that the outcome is not known.
    expect(world.takeCalls()).toEqual(["GetJob", "StartJobRun"]);
  });

  test.each([
    ["another script", { Command: { Name: "glueetl", ScriptLocation: "s3://elsewhere/a.py" } }],
    ["another role", { Role: "arn:aws:iam::123456789012:role/admin" }],
    ["Glue's own retries", { MaxRetries: 1 }],
  ])("of a job with %s is refused before anything runs", async (_, over) => {
    const world = await createGlueWorld();
    Object.assign(world.double.world.jobs.get(jobName)!.definition, over);
    await expect(world.start(key)).rejects.toMatchObject({
      code: "config",
      parts: { remedy: "run `shardlift ensure-job`: it shows what differs and puts it right" },
    });
    expect(world.takeCalls()).toEqual(["GetJob"]);
  });

  test("in the wrong region says which one was asked", async () => {
    const world = await createGlueWorld({ region: "us-east-1" }).catch((error: unknown) => error);
    expect(world).toMatchObject({
      code: "config",
      parts: { remedy: expect.stringContaining("eu-central-1") },
    });
  });
});

describe("the list", () => {
  test("is asked for page by page, as far as it is read", async () => {
    const world = await createGlueWorld({ engine: { maxConcurrentRuns: 200 } });
    const ids: string[] = [];
    for (let count = 0; count < 120; count += 1) {
      ids.unshift(await world.start(key));
      await world.pass(1);
    }
    world.takeCalls();
    const listed: string[] = [];
    for await (const { id } of world.jobRuns.list()) listed.push(id);
    expect(listed).toEqual(ids);
    expect(world.takeCalls()).toEqual(["GetJobRuns", "GetJobRuns"]);

    for await (const _ of world.jobRuns.list()) break;
    expect(world.takeCalls()).toEqual(["GetJobRuns"]);
  });

  test("lacks for a while what has just begun", async () => {
    const world = await createGlueWorld({ jobs: { listLagMs: 30_000 } });
    await world.start(key);
    const list = async () => {
      let count = 0;
      for await (const _ of world.jobRuns.list()) count += 1;
      return count;
    };
    expect(await list()).toBe(0);
    await world.pass(30_000);
    expect(await list()).toBe(1);
  });
});

test("after expired credentials the next call finds new ones by itself", async () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAFIRST");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  const { double, options, store, digest, start } = await createGlueWorld();
  const id = await start(key);
  const jobRuns = createGlueJobRuns({ ...options, credentials: null, store, scriptDigest: digest });
  await jobRuns.read(id);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIASECOND");
  double.faults.add({ do: "expire token", operation: "GetJobRun" });

  await expect(jobRuns.read(id)).rejects.toMatchObject({ code: "outside", retryable: true });
  expect((await jobRuns.read(id))!.id).toBe(id);
  const signers = double.log.slice(-3).map(({ accessKeyId }) => accessKeyId);
  expect(signers).toEqual(["AKIAFIRST", "AKIAFIRST", "AKIASECOND"]);
});

test("an item that could not be stopped for another reason than its end is an error", async () => {
  const world = await createGlueWorld();
  const id = await world.start(key);
  const ErrorDetail = { ErrorCode: "AccessDeniedException", ErrorMessage: "no right" };
  const answer = () => ({
    SuccessfulSubmissions: [],
    Errors: [{ JobName: jobName, JobRunId: id, ErrorDetail }],
  });
  world.double.faults.add({ do: "rewrite", operation: "BatchStopJobRun", answer });
  await expect(world.jobRuns.stop(id)).rejects.toMatchObject({ code: "outside", retryable: true });
});

describe("the explanation of a run that failed", () => {
  test.each([
    ["java.lang.OutOfMemoryError: Java heap space", "engine.worker_type above G.1X"],
    ["Container killed by YARN for exceeding memory limits. Exit code is 137", "task_memory"],
    ["ExecutorLostFailure: Container killed on request. Exit code is 137", "task_memory"],
    ["Exit status: -100. Diagnostics: Container released on a *lost* node", "a worker went away"],
    [
      "ExecutorLostFailure (executor 3 exited): Executor heartbeat timed out after 125 s",
      "a worker went away",
    ],
    ["ModuleNotFoundError: No module named 'duckdb'", "shardlift push-script"],
    ["LAUNCH ERROR | File does not exist: s3://shop-lake/x", "shardlift push-script"],
    ["botocore: An error occurred (AccessDenied) when calling the PutObject operation", "allow arn:aws:iam"],
    ["AccessDenied: not authorized to perform: kms:GenerateDataKey", "kms:GenerateDataKey"],
    ["S3 answered with status code 403", "allow arn:aws:iam"],
    ["task 403 of 500 has ended", `read its log and the run in the console of Glue (job ${jobName})`],
    ["NoSuchBucket: The specified bucket does not exist", "look whether the bucket shop-lake"],
    ["OSError: [Errno 28] No space left on device", "has more disk"],
    ["ValueError: something else", `read its log and the run in the console of Glue (job ${jobName})`],
  ])("%s: what to do", async (line, remedy) => {
    const { explanation } = await fail([line]);
    expect(explanation.remedy).toContain(remedy);
    expect(explanation.lines).toEqual([line, "Error: the end"]);
  });

  test("has the last twelve lines, each cut where it is long, without secrets", async () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    const { explanation } = await fail([...lines, "x".repeat(1000), "password=hunter2"]);
    expect(explanation.lines).toEqual([
      ...lines.slice(11),
      `${"x".repeat(400)}…`,
      "password=***",
      "Error: the end",
    ]);
  });

  test("has no lines where the log cannot be read, and says where it is", async () => {
    const { world, run } = await fail(["a line"]);
    world.double.faults.add({ do: "deny", operation: "DescribeLogStreams", times: 2 });
    const explanation = await world.jobRuns.explain(run);
    expect(explanation.lines).toEqual([]);
    expect(explanation.place).toContain(`streams ${run.id}, in eu-central-1`);
  });

  test("of one that timed out names workers, days and timeout", async () => {
    const world = await createGlueWorld({ execute: executeInProcess(() => new Promise(() => {})) });
    const run = await readEnd(
      world,
      await world.start(key, { deadlineMs: world.double.clock.now() + 60_000 }),
    );
    expect(run).toMatchObject({ state: "timed out", message: "longer than its timeout of 1 minutes" });
    expect((await world.jobRuns.explain(run)).remedy).toContain("engine.workers.max, 20 now");
  });
});

test("a run that expired in Glue's queue is told as one that Glue had no room for", async () => {
  const world = await createGlueWorld();
  world.double.world.fates = ["expires"];
  const run = await readEnd(world, await world.start(key));
  expect(run).toMatchObject({ state: "timed out", message: "waited in Glue's queue for too long" });
  expect((await world.jobRuns.explain(run)).remedy).toContain("had no room");
});

test("a run is billed by workers and time, or as Glue tells where its class is flex", async () => {
  for (const executionClass of ["standard", "flex"] as const) {
    const execute = executeInProcess(() => new Promise(() => {}));
    const world = await createGlueWorld({ execute, engine: { executionClass } });
    const deadlineMs = world.double.clock.now() + hourMs + 30_000;
    const run = await readEnd(world, await world.start(key, { deadlineMs, bytes: 9e9 }));
    expect([run.seconds, run.dpuSeconds]).toEqual([3600, 6 * 3600]);
  }
});
