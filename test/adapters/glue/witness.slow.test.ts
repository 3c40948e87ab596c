import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGlueJob } from "../../../src/adapters/glue/job.ts";
import { createGlueJobRuns } from "../../../src/adapters/glue/job-runs.ts";
import { createMemoryStore } from "../../../src/adapters/memory/memory-store.ts";
import type { GlueEngine } from "../../../src/config/types.ts";
import { pushScript } from "../../../src/tasks/push-script.ts";
import {
  type AwsServer,
  account,
  findServer,
  neededServer,
  startMinistack,
  startMoto,
} from "../../support/aws-servers.ts";
import { buildGlueEngine, buildGlueOptions, writeScriptFolder } from "./glue-world.ts";

/** Stand-ins by other people, as far as they do what Glue does: what they get wrong stands in the double's README. */
let jobs = 0;

async function create(endpoint: string, over: Partial<GlueEngine> = {}) {
  jobs += 1;
  const engine = buildGlueEngine({ endpoint, job: `witness-${jobs}`, ...over });
  const credentials = { accessKeyId: account, secretAccessKey: "stand-in" };
  const options = buildGlueOptions({ engine, credentials, logsEndpoint: endpoint });
  const store = createMemoryStore({ nowMs: Date.now });
  const job = createGlueJob({ ...options, store, folders: await writeScriptFolder() });
  const script = await job.readScript();
  await pushScript(store, script);
  const jobRuns = createGlueJobRuns({ ...options, store, scriptDigest: script.digest });
  const start = () =>
    jobRuns.start({
      runKey: "a".repeat(64),
      specKey: "_runs/a/spec.json",
      pipeline: "web-shop",
      bytes: 9e9,
      deadlineMs: Date.now() + 3_600_000,
    });
  return { job, jobRuns, digest: script.digest, start };
}

describe.skipIf(findServer("moto") === null)(`moto agrees with the double${neededServer("moto")}:`, () => {
  let server: AwsServer;
  beforeAll(async () => {
    server = await startMoto();
  });
  afterAll(() => server.stop());

  test("a job is created whole, with its tags", async () => {
    const { job, digest } = await create(server.endpoint);
    expect((await job.compare(digest)).exists).toBe(false);
    await job.apply(digest);
    expect(await job.compare(digest)).toEqual({ exists: true, isEdited: false, fields: [], tags: [] });
  });

  test("a run is found by its id and in the list, with its key; what was not started is not known", async () => {
    const { job, jobRuns, digest, start } = await create(server.endpoint);
    await job.apply(digest);
    const id = await start();

    expect(await jobRuns.read(id)).toMatchObject({ id, runKey: "a".repeat(64) });
    expect(await jobRuns.read("jr_unknown")).toBeNull();
    const listed: string[] = [];
    for await (const run of jobRuns.list()) listed.push(run.id);
    expect(listed).toEqual([id]);
  });

  test("as many runs as may be are begun, and no more", async () => {
    // Without it moto's runs have ended as soon as they are looked at.
    const lasting = { model_name: "glue::job_run", transition: { progression: "manual", times: 99 } };
    const path = `${server.endpoint}/moto-api/state-manager/set-transition`;
    await fetch(path, { method: "POST", body: JSON.stringify(lasting) });
    const { job, digest, start } = await create(server.endpoint, { maxConcurrentRuns: 1 });
    await job.apply(digest);
    await start();
    await expect(start()).rejects.toMatchObject({ code: "not-ready", retryable: true });
  });

  test("a job that is not there is told with what to do", async () => {
    const { start } = await create(server.endpoint);
    await expect(start()).rejects.toMatchObject({
      code: "config",
      parts: { remedy: expect.stringContaining("shardlift ensure-job") },
    });
  });
});

describe.skipIf(findServer("ministack") === null)(
  `MiniStack agrees with the double${neededServer("ministack")}:`,
  () => {
    let server: AwsServer;
    beforeAll(async () => {
      server = await startMinistack();
    });
    afterAll(() => server.stop());

    test("of two who create a job at once, who comes second updates it", async () => {
      const { job, digest } = await create(server.endpoint);
      await Promise.all([job.apply(digest), job.apply(digest)]);

      const { exists, fields } = await job.compare(digest);
      // What MiniStack forgets of a definition at once.
      const forgotten = ["ExecutionClass", "ExecutionProperty.MaxConcurrentRuns"];
      expect([exists, fields.map(({ name }) => name).filter((name) => !forgotten.includes(name))]).toEqual([
        true,
        [],
      ]);
    });

    test("tags are set on the job's ARN and read there", async () => {
      const { job, digest } = await create(server.endpoint);
      await job.apply(digest);
      await job.apply(digest);
      expect((await job.compare(digest)).tags).toEqual([]);
    });
  },
);
