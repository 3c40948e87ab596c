import { inspect } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { createBigQuerySource } from "../../../src/adapters/bigquery/source.ts";
import { isShardliftError, type ShardliftError } from "../../../src/errors.ts";
import type { Source } from "../../../src/ports.ts";
import { retry, withSourceRetries } from "../../../src/tasks/retry.ts";
import { putTable } from "../../doubles/bigquery/change-world.ts";

import { limitRate, renderFault } from "../../doubles/bigquery/errors.ts";
import type { FaultAction } from "../../doubles/bigquery/faults.ts";
import { buildOptions, dataset, federation, project, startDouble } from "./bigquery-world.ts";

const table = "events_20261120";

async function open(changes: Parameters<typeof buildOptions>[1] = {}) {
  const double = await startDouble();
  const schema = [{ name: "event_name", type: "STRING" }];
  putTable(double.world, { project, dataset, table }, { files: [], schema, rows: 1n, bytes: 1n });
  return { double, source: createBigQuerySource(buildOptions(double, changes)) };
}

/** The error for people that a call ended with; it has all four parts and no token in it. */
async function fail(call: Promise<unknown>): Promise<ShardliftError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!isShardliftError(error)) throw error ?? new Error("it did not fail");
  expect(Object.keys(error.parts).toSorted()).toEqual(["failed", "received", "remedy", "rule"]);
  expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/ya29|Bearer|PRIVATE KEY/);
  return error;
}

const onGet = { method: "bigquery.tables.get" };

const get = (source: Source) => source.readVersion(dataset, table, "daily", null);

describe("a permission that is missing", () => {
  test("to list is named with role and place, where the dataset is", async () => {
    const { double, source } = await open({ project: "shop-data" });
    double.world.projects.add("shop-data");
    double.world.denied.add("bigquery.tables.list");
    const error = await fail(source.listTables(dataset));
    expect({ code: error.code, retryable: error.retryable, parts: error.parts }).toEqual({
      code: "config",
      retryable: false,
      parts: {
        failed: "The tables of the dataset shop-data.analytics_1 cannot be listed.",
        rule: "this needs the permission bigquery.tables.list",
        received:
          "Access Denied: Dataset shop-data:analytics_1: Permission bigquery.tables.list denied on dataset shop-data:analytics_1 (or it may not exist). (HTTP 403, accessDenied)",
        remedy:
          'grant shardlift@shop-prod.iam.gserviceaccount.com "BigQuery Data Viewer" (roles/bigquery.dataViewer) on the dataset: in the console, BigQuery > shop-data > analytics_1 > Share > Manage permissions > Add principal',
      },
    });
  });

  test("to get is another one, and may be missing for one table alone", async () => {
    const { double, source } = await open({ config: { impersonate: null } });
    double.world.denied.add(`bigquery.tables.get ${project}:${dataset}.${table}`);
    expect(await source.listTables(dataset)).toEqual([table]);
    const error = await fail(get(source));
    expect(error.parts).toMatchObject({
      failed: `The table ${project}.${dataset}.${table} cannot be looked at.`,
      rule: "this needs the permission bigquery.tables.get",
    });
  });

  test("is told by the call where the API does not name it", async () => {
    const { double, source } = await open();
    double.faults.add({
      do: "answer",
      status: 403,
      reason: "accessDenied",
      message: "Access Denied",
      ...onGet,
    });
    expect((await fail(get(source))).parts.rule).toBe("this needs the permission bigquery.tables.get");
  });

  test("is never taken for a table that is gone", async () => {
    const { double, source } = await open();
    double.world.denied.add("bigquery.tables.get");
    await expect(source.openShard(dataset, table, "daily")).rejects.toMatchObject({ code: "config" });
    expect(double.count()["bigquery.tables.get"]).toBe(1);
  });
});

describe("what is not there", () => {
  test("is a dataset, with where Google makes it", async () => {
    const { source } = await open();
    const error = await fail(source.listTables("analytics_404"));
    expect({ code: error.code, parts: error.parts }).toMatchObject({
      code: "config",
      parts: {
        rule: "the project shop-prod has the dataset analytics_404",
        received: "Not found: Dataset shop-prod:analytics_404 (HTTP 404, notFound)",
        remedy: expect.stringContaining("property.dataset"),
      },
    });
  });

  test("is a dataset that went while its tables were looked at: no table is called gone", async () => {
    const { double, source } = await open();
    double.world.datasets.clear();
    expect((await fail(get(source))).code).toBe("config");
  });

  test.each([
    ["has not enabled BigQuery", 400, "invalid", "The project shop-typo has not enabled BigQuery."],
    ["is not found", 404, "notFound", "Not found: Project shop-typo"],
  ])("is a project that %s", async (_what, status, reason, message) => {
    const answer = { do: "answer", status, reason, message, method: "bigquery.tables.list" } as const;
    const rule = "the project shop-typo exists and has BigQuery";
    const places = [
      [{ project: "shop-typo" }, "correct property.project in the pipeline:"],
      [{ config: { project: "shop-typo" }, project }, "correct source.project in the environment, which"],
      [
        { config: { project: "shop-typo" } },
        "correct source.project in the environment, or property.project",
      ],
    ] as const;
    for (const [changes, remedy] of places) {
      const { double, source } = await open(changes);
      double.faults.add(answer);
      const error = await fail(source.listTables(dataset));
      expect({ code: error.code, rule: error.parts.rule }).toEqual({ code: "config", rule });
      expect(error.parts.remedy).toContain(remedy);
    }
  });

  test("is said by BigQuery and by nobody else: a proxy's 404 is a fault, not a table that is gone", async () => {
    const { double, source } = await open();
    double.faults.add({ do: "garble", status: 404, ...onGet });
    expect((await fail(get(source))).code).toBe("outside");
    double.faults.add({ do: "answer", status: 404, reason: "notFound", message: "Not Found", ...onGet });
    expect((await fail(get(source))).code).toBe("config");
  });
});

describe("faults that pass", () => {
  const limits = "Exceeded rate limits: too many api requests per user per method for this user_method.";
  test.each<[string, FaultAction]>([
    ["rate limits, as 403", { do: "answer", status: 403, reason: "rateLimitExceeded", message: limits }],
    ["rate limits, as 429", { do: "answer", status: 429, reason: "rateLimitExceeded", message: limits }],
    [
      "a quota",
      { do: "answer", status: 403, reason: "quotaExceeded", message: "Quota exceeded: api requests per day" },
    ],
    [
      "a backend error",
      {
        do: "answer",
        status: 500,
        reason: "backendError",
        message: "Error encountered during execution. Retrying may solve the problem.",
      },
    ],
    [
      "an internal error",
      { do: "answer", status: 500, reason: "internalError", message: "An internal error occurred" },
    ],
    [
      "a service that is away",
      { do: "answer", status: 503, reason: "backendError", message: "Service unavailable" },
    ],
    [
      "an error in an answer that says 200",
      { do: "rewrite", answer: () => renderFault(limitRate("too many api requests")) },
    ],
    ["a load balancer's page", { do: "garble", status: 502 }],
    ["a cut connection", { do: "drop request" }],
    ["a lost answer", { do: "drop answer" }],
    ["an answer that breaks off", { do: "cut body", afterBytes: 40 }],
  ])("such as %s, are told as such and asked again by us, and by nobody else", async (_what, fault) => {
    const { double, source } = await open();
    double.faults.add({ ...fault, method: "bigquery.tables.get" });
    const error = await fail(get(source));
    expect({ code: error.code, retryable: error.retryable }).toEqual({ code: "outside", retryable: true });
    expect(double.count()["bigquery.tables.get"]).toBe(1);
    expect(await get(source)).toMatchObject({ rows: 1 });
  });

  test("such as no answer at all, end after the time that one may take", async () => {
    const { double, source } = await open({ answerMs: 50 });
    const until = new Promise<void>((resolve) => onTestFinished(() => resolve()));
    double.faults.add({ do: "hold", until, method: "bigquery.tables.get" });
    const error = await fail(get(source));
    expect({ code: error.code, retryable: error.retryable }).toEqual({ code: "outside", retryable: true });
  });

  test("such as no token, end after the same time, and the next call signs in anew", async () => {
    const { double, source } = await open({ answerMs: 500, config: federation });
    const until = new Promise<void>((resolve) => onTestFinished(() => resolve()));
    double.faults.add({ do: "hold", until, method: "sts.token" });
    const error = await fail(get(source));
    expect({ code: error.code, retryable: error.retryable }).toEqual({ code: "outside", retryable: true });
    expect(error.parts.failed).toContain("Signing in to Google");
    expect(await get(source)).toMatchObject({ rows: 1 });
  });

  test("such as nobody listening, are of the network", async () => {
    const { double } = await open();
    const tokenEndpoint = double.endpoint;
    const source = createBigQuerySource(
      buildOptions({ endpoint: "http://127.0.0.1:1" }, { config: { tokenEndpoint } }),
    );
    const error = await fail(get(source));
    expect({ retryable: error.retryable, rule: error.parts.rule }).toEqual({
      retryable: true,
      rule: "BigQuery is reached and answers in time",
    });
  });

  test("end in their message where they do not pass: a quota that stays away for ten minutes", async () => {
    const { double, source } = await open();
    double.faults.add({
      ...{ do: "answer", status: 403, reason: "quotaExceeded", message: "Quota exceeded" },
      method: "bigquery.tables.list",
      times: Number.POSITIVE_INFINITY,
    });
    const waited: number[] = [];
    const clock = { now: () => 0, sleep: async (ms: number) => void waited.push(ms) };
    const policy = { attempts: 11, maxWaitMs: 120_000 };
    const patient = withSourceRetries(source, (work) => retry(work, { policy, clock }));
    const error = await fail(patient.listTables(dataset));
    expect(waited.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(300_000);
    expect(error.parts).toMatchObject({
      received: "Quota exceeded (HTTP 403, quotaExceeded)",
      remedy: expect.stringContaining("IAM & Admin > Quotas"),
    });
  });
});

describe("a project", () => {
  test.each([
    ["accessNotConfigured", "BigQuery API has not been used in project shop-prod before or it is disabled."],
    ["forbidden", "SERVICE_DISABLED"],
  ])("whose API is off is told the command that turns it on (%s)", async (reason, message) => {
    const { double, source } = await open();
    double.faults.add({ do: "answer", status: 403, reason, message, ...onGet });
    expect((await fail(get(source))).parts.remedy).toBe(
      "run: gcloud services enable bigquery.googleapis.com --project shop-prod",
    );
  });

  test("inside a perimeter is told whom to ask", async () => {
    const { double, source } = await open();
    const message =
      "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: aBc-1";
    double.faults.add({ do: "answer", status: 403, reason: "policyViolation", message, ...onGet });
    expect((await fail(get(source))).parts).toMatchObject({
      received: `${message} (HTTP 403, policyViolation)`,
      remedy: expect.stringContaining("perimeter"),
    });
  });
});

test("the variable that redirects the package is refused before a token goes anywhere", async () => {
  const { double, source } = await open({ env: { BIGQUERY_EMULATOR_HOST: "http://127.0.0.1:9" } });
  expect((await fail(get(source))).parts.failed).toBe("The variable BIGQUERY_EMULATOR_HOST is set.");
  expect(double.log).toEqual([]);
});

test("a bug of ours keeps its stack and is no error for people", async () => {
  const { source } = await open({
    readSecret: async () => {
      throw new TypeError("undefined is not a function");
    },
  });
  await expect(get(source)).rejects.toBeInstanceOf(TypeError);
});

test.each(["bigquery.tables.get", "oauth2.token"])(
  "a command that is ended while %s is asked ends at once, for its own reason",
  async (method) => {
    const ended = new AbortController();
    const { double, source } = await open({ signal: ended.signal });
    double.faults.add({
      do: "hold",
      until: new Promise<void>((resolve) => onTestFinished(() => resolve())),
      method,
    });
    const call = get(source);
    await expect.poll(() => double.count()[method]).toBe(1);
    ended.abort();
    await expect(call).rejects.toBe(ended.signal.reason);
    await expect(get(source)).rejects.toBe(ended.signal.reason);
    expect(double.count()[method]).toBe(1);
  },
);
