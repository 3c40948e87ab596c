import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addDays, dayAt } from "../../../src/days/day.ts";
import { readHead } from "../../../src/lake/heads.ts";
import { readManifest } from "../../../src/lake/manifest.ts";
import type { Manifest } from "../../../src/lake/types.ts";
import type { ObjectStore } from "../../../src/ports.ts";
import { taskRunners } from "../../../src/tasks/run-task.ts";
import { missingSpark, sparkPython } from "../../glue/spark-python.ts";
import { type AwsServer, findServer, neededServer, startMinistack } from "../../support/aws-servers.ts";
import { makeBucket, newPlace, useStandInCredentials } from "../s3/s3-world.ts";
import { clock, createSparkWorld, readRuns, type SparkWorld, settle } from "./spark-world.ts";

/** The script's clock is the machine's, and so are its days. */
const today = dayAt(Date.now(), "Europe/Berlin");
const days = [addDays(today, -2), addDays(today, -3)];
const never = new Promise<void>(() => {});
const isMissing = sparkPython === null || findServer("ministack") === null;

async function readManifests(store: ObjectStore): Promise<Manifest[]> {
  return Promise.all(
    days.map(async (on) => {
      const stored = await readHead(store, "web-shop", "ga4_events", on);
      return (await readManifest(store, "web-shop", "ga4_events", on, stored!.head.generation))!;
    }),
  );
}

const pick = ({ day: on, source, rulesDigest, balance, checksum, nonNull, columns }: Manifest) => ({
  on,
  source,
  rulesDigest,
  balance,
  checksum,
  nonNull,
  columns,
});

describe.skipIf(isMissing)(
  `StartJobRun, Spark and a lake in S3${missingSpark}${neededServer("ministack")}:`,
  () => {
    let server: AwsServer;
    beforeAll(async () => {
      useStandInCredentials();
      server = await startMinistack();
      await makeBucket(server.endpoint, "glue-lake");
    });
    afterAll(() => server.stop());

    async function create(): Promise<SparkWorld> {
      const spark = await createSparkWorld(newPlace(server.endpoint, "glue-lake"));
      for (const on of days) await spark.world.arrive(on, { rows: 500 });
      return spark;
    }

    test("a killed command's run is joined by the next one; its days equal the one-machine engine's", async () => {
      const spark = await create();
      expect((await spark.run("push-script")).exitCode).toBe(0);
      expect((await spark.run("ensure-job")).exitCode).toBe(0);
      const dead = { now: Date.now, sleep: () => never };
      void spark.run("extract", { clock: dead });
      await expect.poll(() => readRuns(spark).length, { timeout: 30_000 }).toBe(1);

      const { exitCode, line } = await spark.run("extract");
      expect([exitCode, line.notable]).toEqual([0, []]);
      expect(readRuns(spark).map(({ state }) => state)).toEqual(["SUCCEEDED"]);
      const theirs = await readManifests(spark.store);

      await taskRunners.extract!(spark.world.context({ ports: { ...spark.world.ports, clock } }));
      const ours = await readManifests(spark.world.ports.store);
      expect(theirs.map(pick)).toEqual(ours.map(pick));
      const { id } = readRuns(spark)[0]!;
      expect(theirs.map(({ run }) => run)).toEqual(
        Array(2).fill({ id, days: 2, dpuSeconds: expect.any(Number), usd: expect.any(Number) }),
      );
      expect((await spark.run("extract")).exitCode).toBe(99);
    });

    test("a run that is stopped leaves no process, and the next one does its days", async () => {
      const spark = await create();
      await spark.run("push-script");
      await spark.run("ensure-job");
      const controller = new AbortController();
      const stopped = spark.run("extract", { onAbort: "stop" }, controller.signal);
      await expect.poll(() => readRuns(spark)[0]?.executions.length, { timeout: 30_000 }).toBe(1);
      controller.abort(new Error("SIGTERM"));
      await expect(stopped).rejects.toThrow("SIGTERM");

      const [run] = readRuns(spark);
      await Promise.all(run!.executions.map(({ ended }) => ended));
      await expect.poll(() => run!.state).toBe("STOPPED");
      expect((await spark.run("extract")).exitCode).toBe(0);
      expect(readRuns(spark).map(({ state }) => state)).toEqual(["STOPPED", "SUCCEEDED"]);
    });

    test("a script that fails is told with Spark's own words", async () => {
      const spark = await create();
      await spark.run("push-script");
      await spark.run("ensure-job");
      await spark.store.remove(
        [...(await list(spark.store, "_scripts/"))].filter((key) => key.endsWith("shardlift_glue.zip")),
      );
      const extract = spark.run("extract");
      await settle(spark);
      const { exitCode, line } = await extract;
      expect(exitCode).toBe(69);
      expect(JSON.stringify(line.notable)).toContain("LAUNCH ERROR");
      expect(JSON.stringify(line.notable)).toContain("shardlift push-script");
    });
  },
);

async function list(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}
