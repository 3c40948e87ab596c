import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { addDays, dayAt } from "../../../src/days/day.ts";
import { readHead } from "../../../src/lake/heads.ts";
import { parseGenerationKey } from "../../../src/lake/keys.ts";
import type { TaskOutput } from "../../../src/tasks/context.ts";
import { runRepair } from "../../../src/tasks/repair.ts";
import { missingSpark, sparkPython } from "../../glue/spark-python.ts";
import { type AwsProxy, startAwsProxy } from "../../support/aws-proxy.ts";
import { type AwsServer, findServer, neededServer, startMinistack } from "../../support/aws-servers.ts";
import { makeBucket, newPlace, useStandInCredentials } from "../s3/s3-world.ts";
import {
  createSparkWorld,
  readRuns,
  type SparkWorld,
  type SparkWorldOptions,
  settle,
} from "./spark-world.ts";

/** The script's clock is the machine's, and so are its days. */
const today = dayAt(Date.now(), "Europe/Berlin");
const [newer, older] = [addDays(today, -2), addDays(today, -3)];
const [hourMs, minuteMs] = [3_600_000, 60_000];
const isMissing = sparkPython === null || findServer("ministack") === null;

interface EndedWorld extends SparkWorld {
  proxy: AwsProxy;
}

/** Exit code, and of each day that is not done its reason, what was received and what to do. */
function tell({ exitCode, line }: TaskOutput) {
  const days = line.notable as {
    day: string;
    reason: string;
    error?: { received: string; remedy: string };
  }[];
  return { exitCode, days: days.map(({ day }) => day), text: JSON.stringify(days) };
}

describe.skipIf(isMissing)(`a real run of Spark that${missingSpark}${neededServer("ministack")}:`, () => {
  let server: AwsServer;
  beforeAll(async () => {
    useStandInCredentials();
    server = await startMinistack();
    await makeBucket(server.endpoint, "glue-lake");
  });
  afterAll(() => server.stop());

  async function create(options: SparkWorldOptions = {}): Promise<EndedWorld> {
    const proxy = await startAwsProxy(server.endpoint);
    onTestFinished(() => proxy.stop());
    const spark = await createSparkWorld(newPlace(proxy.endpoint, "glue-lake"), options);
    for (const on of [newer, older]) await spark.world.arrive(on, { rows: 300 });
    for (const task of ["push-script", "ensure-job"]) expect((await spark.run(task)).exitCode).toBe(0);
    return { ...spark, proxy };
  }

  /** The older day is reported; the newer one's files are in the lake, and its report is on its way for ever. */
  async function stopInTheMiddle({ proxy }: EndedWorld): Promise<() => Promise<void>> {
    const report = (on: string) => new RegExp(`^.*/_runs/.*/ga4_events-${on}\\.json$`);
    proxy.inject({ fault: "held", operation: "PutObject", key: report(newer), times: 1 });
    const isPut = (on: string) =>
      proxy.calls.some((call) => call.startsWith("PutObject ") && report(on).test(call.slice(10)));
    return () =>
      expect.poll(() => isPut(newer) && isPut(older), { timeout: 60_000, interval: 50 }).toBe(true);
  }

  /** Generation and run of a day's head. */
  async function readDay({ store }: SparkWorld, on: typeof newer) {
    const stored = await readHead(store, "web-shop", "ga4_events", on);
    return stored?.head.generation ?? null;
  }

  async function listGenerations({ store }: SparkWorld): Promise<string[]> {
    const found = new Set<string>();
    for await (const { key } of store.list("web-shop/ga4_events/day=")) {
      found.add(parseGenerationKey("web-shop", "ga4_events", key)!.generation);
    }
    return [...found].sort();
  }

  /** The next run does what is left; after `keep` there is nothing in the lake but what heads name. */
  async function expectRepaired(spark: EndedWorld, states: string[]): Promise<void> {
    const next = await spark.run("extract");
    expect([next.exitCode, next.line.notable]).toEqual([0, []]);
    expect(readRuns(spark).map(({ state }) => state)).toEqual(states);
    spark.double.clock.advance(25 * hourMs);
    spark.proxy.setDate(Date.now() + 25 * hourMs);
    await runRepair(await spark.context(), "apply");
    const current = [await readDay(spark, newer), await readDay(spark, older)];
    expect(await listGenerations(spark)).toEqual(current.sort());
  }

  test("is longer than its timeout is killed, keeps the day that it finished, and the other one is told with what to do", async () => {
    const spark = await create();
    spark.change({ timeoutMs: 5 * minuteMs });
    await spark.run("ensure-job");
    const isInTheMiddle = await stopInTheMiddle(spark);
    const extract = spark.run("extract");
    await isInTheMiddle();
    spark.double.clock.advance(5 * minuteMs);
    await settle(spark);

    const { exitCode, days, text } = tell(await extract);

    expect([exitCode, days]).toEqual([69, [newer]]);
    expect(text).toContain("ran out of time before it had finished this day");
    expect(text).toContain("longer than its timeout of 5 minutes");
    expect(text).toContain("a higher engine.timeout");
    expect([await readDay(spark, newer), await readDay(spark, older)]).toEqual([null, expect.any(String)]);
    expect((await listGenerations(spark)).length).toBe(2);
    await expectRepaired(spark, ["TIMEOUT", "SUCCEEDED"]);
  });

  test("takes more memory than its worker has is killed, and a larger worker type does its days, as it is told", async () => {
    const spark = await create({ chooseMemory: (type) => (type === "G.1X" ? 250e6 : 8e9) });
    const extract = spark.run("extract");
    await settle(spark);

    const { exitCode, days, text } = tell(await extract);

    expect([exitCode, days]).toEqual([69, [newer, older]]);
    expect(text).toContain("OUT_OF_MEMORY_ERROR");
    expect(text).toContain("engine.worker_type above G.1X");
    spark.change({ workerType: "G.2X" });
    expect((await spark.run("ensure-job")).exitCode).toBe(0);
    await expectRepaired(spark, ["FAILED", "SUCCEEDED"]);
  });

  test("is killed with its machine has failed, and the next run does what it had not reported", async () => {
    const spark = await create();
    const isInTheMiddle = await stopInTheMiddle(spark);
    const extract = spark.run("extract");
    await isInTheMiddle();
    killProcesses(readRuns(spark)[0]!.id);
    await settle(spark);

    const { exitCode, days, text } = tell(await extract);

    expect([exitCode, days]).toEqual([69, [newer]]);
    expect(text).toContain("Command failed with exit code 137");
    expect(text).toContain("give its tasks more memory");
    await expectRepaired(spark, ["FAILED", "SUCCEEDED"]);
  });

  test("is lost goes on unseen; its days are lifted by another one, and what it wrote is nobody's", async () => {
    const spark = await create();
    spark.double.world.fates = ["lost"];

    const { exitCode, days, text } = tell(await spark.run("extract"));

    expect([exitCode, days]).toEqual([69, [newer, older]]);
    expect(text).toContain("is lost: the job service does not know it any more");
    // It ends as if nothing were.
    await readRuns(spark)[0]!.executions[0]!.ended;
    const unseen = await listGenerations(spark);
    expect(unseen.length).toBe(2);
    await expectRepaired(spark, ["SUCCEEDED", "SUCCEEDED"]);
    expect([await readDay(spark, newer), await readDay(spark, older)]).not.toContain(unseen[0]);
  });
});

/** Driver and Spark, by the run's id among their arguments; Python's workers end with them. */
function killProcesses(runId: string): void {
  const pids = execFileSync("pgrep", ["-f", runId], { encoding: "utf8" }).trim().split("\n");
  for (const pid of pids) process.kill(Number(pid), "SIGKILL");
}
