import { describe, expect, test } from "vitest";
import { isEditedByHand } from "../../../src/adapters/glue/compare-definition.ts";
import { createGlueJob } from "../../../src/adapters/glue/job.ts";
import { buildJobDefinition, definitionArgument } from "../../../src/adapters/glue/job-definition.ts";
import type { GlueOptions } from "../../../src/adapters/glue/options.ts";
import type { ScriptIndex } from "../../../src/lake/script-index.ts";
import type { Ports } from "../../../src/ports.ts";
import type { ProgressEvent, TaskContext } from "../../../src/tasks/context.ts";
import { type DoctorStep, examine } from "../../../src/tasks/doctor.ts";
import { runEnsureJob } from "../../../src/tasks/ensure-job.ts";
import { nameArn } from "../../doubles/glue/jobs/definitions.ts";
import { buildPipeline } from "../../support/builders.ts";
import { buildEnvironment } from "../../support/world.ts";
import {
  buildGlueEngine,
  buildGlueOptions,
  buildS3Lake,
  createGlueWorld,
  type GlueWorld,
  jobName,
} from "./glue-world.ts";

const digest = "d".repeat(64);
const script: ScriptIndex = {
  formatVersion: 1,
  digest,
  script: "extract.py",
  archive: "tiny.zip",
  wheels: ["wheels/a-1-py3-none-any.whl", "wheels/b-2-py3-none-any.whl"],
  files: [],
};
const root = `s3://shop-lake/shardlift/_scripts/${digest}/`;

describe("a job's definition", () => {
  test("is complete, with version, script, modules, Spark's options and limits", () => {
    const { DefaultArguments, ...rest } = buildJobDefinition(buildGlueOptions(), script);
    expect(rest).toEqual({
      Description:
        "Shardlift extracts of web-shop in test. shardlift ensure-job keeps it: edits by hand do not last.",
      Role: "arn:aws:iam::123456789012:role/shardlift-glue",
      Command: { Name: "glueetl", PythonVersion: "3", ScriptLocation: `${root}extract.py` },
      ExecutionProperty: { MaxConcurrentRuns: 3 - 1 },
      ExecutionClass: "STANDARD",
      GlueVersion: "5.1",
      MaxRetries: 0,
      Timeout: 240,
      WorkerType: "G.1X",
      NumberOfWorkers: 2,
    });
    expect(DefaultArguments).toEqual({
      "--job-language": "python",
      "--conf":
        "spark.sql.codegen.maxFields=2000 --conf spark.task.cpus=1 --conf spark.speculation=false --conf spark.scheduler.minRegisteredResourcesRatio=1.0 --conf spark.sql.session.timeZone=UTC",
      "--extra-py-files": `${root}tiny.zip`,
      "--additional-python-modules": `${root}wheels/a-1-py3-none-any.whl,${root}wheels/b-2-py3-none-any.whl`,
      "--python-modules-installer-option": "--no-deps --no-index",
      "--lake": "s3://shop-lake/shardlift/",
      "--file_bytes": "400000000",
      [definitionArgument]: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("names what the lake needs, and a secret by where it is", () => {
    const options = buildGlueOptions({
      lake: buildS3Lake({ prefix: "", kmsKey: "key", bucketOwner: "1", endpoint: "http://127.0.0.1:1" }),
      sourcePlace: buildS3Lake({ region: "eu-west-1", bucketOwner: "2" }),
      hashKey: { from: "aws-secret", arn: "arn:secret" },
      engine: buildGlueEngine({ taskMemoryBytes: 3e9, workerType: "G.2X", executionClass: "flex" }),
    });
    expect(buildJobDefinition(options, script)).toMatchObject({
      ExecutionClass: "FLEX",
      WorkerType: "G.2X",
      DefaultArguments: {
        "--lake": "s3://shop-lake/",
        "--s3_endpoint": "http://127.0.0.1:1",
        "--s3_kms_key": "key",
        "--s3_bucket_owner": "1",
        "--source_s3_region": "eu-west-1",
        "--source_s3_bucket_owner": "2",
        "--hash_key": "aws-secret:arn:secret",
        "--task_memory_bytes": "3000000000",
        "--conf": expect.stringContaining("spark.task.cpus=3"),
      },
    });
  });

  test("tells whether somebody has edited it, not whether a release has changed it", () => {
    const own = { ...buildJobDefinition(buildGlueOptions(), script), CreatedOn: new Date(), MaxCapacity: 2 };
    expect(isEditedByHand(own)).toBe(false);
    expect(isEditedByHand({ ...own, Timeout: 10 })).toBe(true);
    expect(isEditedByHand({ ...own, Connections: { Connections: ["vpc"] } })).toBe(true);
    expect(isEditedByHand({ Role: "made by hand" })).toBe(true);
  });
});

/** Runs ensure-job for these options on the world's double, with what it tells. */
async function ensure(world: GlueWorld, over: Partial<GlueOptions> = {}) {
  const told: ProgressEvent[] = [];
  const job = createGlueJob({ ...world.options, ...over, store: world.store, folders: world.folders });
  const context = {
    pipeline: buildPipeline(),
    environment: buildEnvironment("unused"),
    ports: { job, store: world.store, clock: { now: Date.now, sleep: async () => {} } },
    signal: new AbortController().signal,
    report: (event: ProgressEvent) => void told.push(event),
  } as unknown as TaskContext;
  world.takeCalls();
  const { exitCode, line } = await runEnsureJob(context);
  const notes = told.map((event) => (event.event === "note" ? `${event.level} ${event.text}` : ""));
  return { exitCode, line, notes, calls: world.takeCalls() };
}

const findJob = ({ double }: GlueWorld) => double.world.jobs.get(jobName)!;
const readTags = ({ double }: GlueWorld) => double.world.tags.get(nameArn(double.world, jobName));

describe("ensure-job", () => {
  test("leaves what is as it should be, and reads it in two calls", async () => {
    const world = await createGlueWorld();
    expect(await ensure(world)).toMatchObject({ exitCode: 99, notes: [], calls: ["GetJob", "GetTags"] });
  });

  test("creates a job that is missing, with its cost tags", async () => {
    const world = await createGlueWorld();
    world.double.world.jobs.clear();
    const { exitCode, line } = await ensure(world);

    expect([exitCode, line.reason]).toEqual([0, `Glue job ${jobName} in eu-central-1 was created`]);
    const tags = { team: "growth", cost_centre: "4711", pipeline: "web-shop", environment: "test" };
    expect(readTags(world)).toEqual(tags);
    expect((await ensure(world)).exitCode).toBe(99);
  });

  test("sends all of the definition with an update, since what is left out is lost", async () => {
    const world = await createGlueWorld();
    const before = structuredClone(findJob(world).definition);
    const engine = { ...world.options.engine, maxConcurrentRuns: 5 };

    const { exitCode, notes, calls } = await ensure(world, { engine });
    expect(exitCode).toBe(0);
    expect(calls).toEqual(["GetJob", "GetTags", "GetJob", "UpdateJob", "GetTags", "GetJob", "GetTags"]);
    expect(notes).toEqual([
      `info Glue job ${jobName} in eu-central-1 is of another release or environment file: 2 differences, put right now`,
      expect.stringMatching(/^info DefaultArguments\.--shardlift_definition: \w+ → \w+$/),
      "info ExecutionProperty.MaxConcurrentRuns: 2 → 5",
    ]);
    expect(findJob(world).definition).toEqual({
      ...before,
      DefaultArguments: expect.objectContaining({ "--conf": expect.any(String) }),
      ExecutionProperty: { MaxConcurrentRuns: 5 },
    });
  });

  test("shows each edit by hand before it is put right", async () => {
    const world = await createGlueWorld();
    const { definition } = findJob(world);
    Object.assign(definition, { MaxRetries: 3, Connections: { Connections: ["vpc"] } });
    Object.assign(definition.DefaultArguments as object, { "--enable-metrics": "true" });

    const { exitCode, notes, line } = await ensure(world);
    expect(exitCode).toBe(0);
    expect(notes).toEqual([
      `warn Glue job ${jobName} in eu-central-1 was edited by hand: 3 differences, put right now`,
      'warn Connections.Connections: ["vpc"] → not there',
      "warn DefaultArguments.--enable-metrics: true → not there",
      "warn MaxRetries: 3 → 0",
    ]);
    expect(line.fields).toContainEqual({ name: "MaxRetries", is: "3", ought: "0" });
    expect((await ensure(world)).exitCode).toBe(99);
  });

  test("sets, changes and takes away tags; those of AWS it leaves", async () => {
    const world = await createGlueWorld();
    const { tags } = world.double.world;
    const arn = nameArn(world.double.world, jobName);
    tags.set(arn, { team: "other", environment: "test", owner: "ann", "aws:cloudformation:stack": "s" });

    const { exitCode, calls } = await ensure(world);
    expect(exitCode).toBe(0);
    expect(calls).not.toContain("UpdateJob");
    expect(readTags(world)).toEqual({
      environment: "test",
      "aws:cloudformation:stack": "s",
      team: "growth",
      cost_centre: "4711",
      pipeline: "web-shop",
    });
  });

  test.each([
    ["was created by somebody else meanwhile", "hold"],
    ["was created although the answer was lost", "drop answer"],
  ] as const)("updates a job that %s", async (_, fault) => {
    const world = await createGlueWorld();
    const taken = structuredClone(findJob(world));
    world.double.world.jobs.clear();
    world.double.faults.add(
      fault === "drop answer"
        ? { do: fault, operation: "CreateJob" }
        : {
            do: fault,
            operation: "CreateJob",
            // Read when the fault strikes: between the look at the job and its creation.
            get until() {
              world.double.world.jobs.set(jobName, taken);
              return Promise.resolve();
            },
          },
    );

    expect((await ensure(world)).exitCode).toBe(0);
    expect((await ensure(world)).exitCode).toBe(99);
  });

  test("asks again where AWS is busy", async () => {
    const world = await createGlueWorld();
    world.double.faults.add({ do: "throttle", operation: "GetJob", times: 2 });
    expect((await ensure(world)).exitCode).toBe(99);
  });

  test("says so where somebody else keeps the job too", async () => {
    const world = await createGlueWorld();
    findJob(world).definition.MaxRetries = 3;
    world.double.faults.add({
      do: "rewrite",
      operation: "GetJob",
      times: 9,
      answer: (answer) => ({ Job: { ...(answer as { Job: object }).Job, MaxRetries: 3 } }),
    });
    await expect(ensure(world)).rejects.toMatchObject({
      code: "outside",
      retryable: true,
      parts: { received: "MaxRetries: 3 → 0" },
    });
  });

  test.each([
    ["CreateJob", "User is not authorized to perform: iam:PassRole on resource", "iam:PassRole"],
    ["CreateJob", "User is not authorized to perform: glue:CreateJob", "glue:CreateJob"],
    ["GetTags", "not authorized", "glue:GetTags"],
  ])("denied at %s (%s) tells which right lacks", async (operation, message, right) => {
    const world = await createGlueWorld();
    if (operation === "CreateJob") world.double.world.jobs.clear();
    world.double.faults.add({ do: "refuse", operation, name: "AccessDeniedException", message });

    await expect(ensure(world)).rejects.toMatchObject({
      code: "config",
      parts: { remedy: expect.stringContaining(right) },
    });
  });

  test("refuses before the script was pushed", async () => {
    const world = await createGlueWorld();
    await world.store.remove([`_scripts/${world.digest}/index.json`]);
    await expect(ensure(world)).rejects.toMatchObject({
      code: "config",
      parts: { remedy: "run `shardlift push-script`, then `shardlift ensure-job`" },
    });
  });
});

/** What doctor says of the engine. */
async function examineJob(world: GlueWorld): Promise<DoctorStep> {
  const source = { location: "a source", listTables: async () => ["events_20261120"] };
  const chance = { randomHex: (length: number) => "a".repeat(length), clock: world.options.clock };
  const ports = { source, store: world.store, job: world.job, ...chance } as unknown as Ports;
  const probe = {
    probePath: "unused",
    probeBytes: 0,
    machineClock: null,
    readSecret: null,
    sourceFault: null,
    warehouseFault: null,
  };
  const { signal } = new AbortController();
  for await (const step of examine({ pipeline: buildPipeline(), ports, signal, ...probe })) {
    if (step.step === "engine") return step;
  }
  throw new Error("no step for the engine");
}

describe("doctor", () => {
  test("looks at the job and starts no run", async () => {
    const world = await createGlueWorld();
    world.takeCalls();
    expect(await examineJob(world)).toEqual({
      step: "engine",
      ok: true,
      detail: `Glue job ${jobName} in eu-central-1: script, definition and tags are as they should be`,
    });
    expect(world.takeCalls()).toEqual(["GetJob", "GetTags"]);
  });

  test("says what differs, and what lacks", async () => {
    const world = await createGlueWorld();
    findJob(world).definition.MaxRetries = 3;
    const edited = await examineJob(world);
    expect([edited.ok, edited.detail]).toEqual([false, expect.stringContaining("MaxRetries: 3 → 0")]);

    world.double.world.jobs.clear();
    const missing = await examineJob(world);
    expect([missing.ok, missing.detail]).toEqual([
      false,
      expect.stringContaining(`Glue job ${jobName} in eu-central-1 is not there.`),
    ]);
  });
});
