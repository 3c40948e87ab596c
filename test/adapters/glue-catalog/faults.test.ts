import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { GlueCatalogOptions } from "../../../src/adapters/glue-catalog/options.ts";
import type { Day } from "../../../src/days/day.ts";
import { exitCodes, ShardliftError } from "../../../src/errors.ts";
import type { Fault, FaultAction } from "../../doubles/glue/faults.ts";
import { column, config, crawlerRole, createGlueWorld, type GlueWorld, prefix, table } from "./glue-world.ts";

let world: GlueWorld;
beforeEach(async () => {
  world = await createGlueWorld();
});
afterEach(() => world.close());

const columns = [column("event_id")];
const day = "2026-11-20" as Day;
const partition = { day, prefix: `${prefix}day=${day}/generation=g1/` };
const prepare = () => world.catalog.prepare(table, columns, prefix);

async function failure(work: Promise<unknown>): Promise<ShardliftError> {
  const error = await work.then(
    () => null,
    (found: unknown) => found,
  );
  expect(error).toBeInstanceOf(ShardliftError);
  return error as ShardliftError;
}

/** What a person sees of it. */
const tell = ({ code, retryable, parts }: ShardliftError) => ({
  exit: exitCodes[code],
  retryable,
  ...parts,
  received: parts.received?.replace(/ \(request .*\)/, ""),
});

const titled = "prod_analytics.web_shop_events";

describe("what goes wrong with the catalog has an exit code and says what to do:", () => {
  test.each([
    [
      "access denied",
      { do: "deny" },
      64,
      "the command's role may use database, table and partitions in Glue",
      "allow the action that AWS names",
    ],
    [
      "access denied by Lake Formation",
      {
        do: "refuse",
        name: "AccessDeniedException",
        message: "Insufficient Lake Formation permission(s): Required Describe on web_shop_events",
      },
      64,
      "Lake Formation grants the command's role what it needs on database and table",
      "Lake Formation > Data permissions > Grant",
    ],
    [
      "credentials that ran out",
      { do: "expire token" },
      69,
      "the session's credentials are valid until the command has ended",
      "sign in again",
    ],
    [
      "the catalog's key refused",
      { do: "refuse", name: "GlueEncryptionException", message: "AccessDenied on key" },
      64,
      "the catalog's key is usable by the command's role",
      "kms:Decrypt",
    ],
    [
      "a quota",
      { do: "refuse", name: "ResourceNumberLimitExceededException", message: "Number of tables exceeds" },
      69,
      "databases, tables, partitions and crawlers stay within the account's quotas",
      "have the quota raised",
    ],
    [
      "a request that Glue does not take",
      { do: "refuse", name: "InvalidInputException", message: "no" },
      69,
      "Glue takes the request",
      "look at what AWS says",
    ],
  ] as [string, FaultAction, number, string, string][])("%s", async (_, fault, exit, rule, remedy) => {
    world.double.faults.add({ ...fault, operation: "GetTable" } as Fault);
    expect(tell(await failure(prepare()))).toMatchObject({
      exit,
      retryable: false,
      failed: `The table ${titled} could not be read in Glue.`,
      rule,
      remedy: expect.stringContaining(remedy),
    });
    expect(world.listCalls()).toEqual(["GetTable"]);
  });

  test.each([
    ["a request that got lost", { do: "drop request" }],
    ["an answer that got lost", { do: "drop answer" }],
    ["a failure inside Glue", { do: "refuse", name: "InternalServiceException", message: "oh", status: 500 }],
    ["a failure in front of Glue", { do: "refuse", name: "BadGateway", message: "oh", status: 502 }],
    ["Glue's own time-out", { do: "refuse", name: "OperationTimeoutException", message: "late" }],
  ] as [string, FaultAction][])("%s may be asked again, and is so by nobody below", async (_, fault) => {
    await prepare();
    world.double.log.splice(0);
    world.double.faults.add({ ...fault, operation: "GetTable" } as Fault);
    expect(await failure(prepare())).toMatchObject({ code: "outside", retryable: true });
    expect(world.double.log.map(({ operation, attempt }) => [operation, attempt])).toEqual([
      ["GetTable", "attempt=1; max=1"],
    ]);
  });

  test("a database that may not be made", async () => {
    world.double.faults.add({ do: "deny", operation: "CreateDatabase" });
    expect(tell(await failure(prepare()))).toMatchObject({
      exit: 64,
      failed: "The database prod_analytics could not be made in Glue.",
      received: expect.stringMatching(/^AccessDeniedException: .*glue:CreateDatabase/),
    });
  });

  test("no Glue at all", async () => {
    const away = world.connect({ config: { ...config, endpoint: "http://127.0.0.1:9" } });
    expect(tell(await failure(away.readPartitions(table, "all")))).toMatchObject({
      exit: 69,
      retryable: true,
      rule: "Glue answers within a minute",
      remedy: "check catalog.region, catalog.endpoint and the network; then run again",
    });
  });

  test("another region than the endpoint's", async () => {
    const wrong: Partial<GlueCatalogOptions> = {
      config: { ...config, endpoint: world.double.endpoint, region: "us-east-1" },
    };
    expect(tell(await failure(world.connect(wrong).readPartitions(table, "all")))).toMatchObject({
      exit: 64,
      remedy: expect.stringContaining("catalog.region"),
    });
  });

  test("a refusal that nobody has heard of", async () => {
    world.double.faults.add({ do: "refuse", operation: "GetTable", name: "NewException", message: "new" });
    expect(tell(await failure(prepare()))).toMatchObject({
      exit: 69,
      retryable: false,
      received: "NewException: new",
      remedy: "look at what AWS says of it, and run again: nothing is half done",
    });
  });

  test("a crawler's role that may not be handed to Glue", async () => {
    await prepare();
    await world.catalog.point(table, [partition]);
    const message = "User is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/x";
    world.double.faults.add({
      do: "refuse",
      operation: "CreateCrawler",
      name: "AccessDeniedException",
      message,
    });
    const { crawler } = world.connect({
      config: { ...config, endpoint: world.double.endpoint, crawler: { role: crawlerRole } },
    });
    const run = crawler!.run(table, [day], new AbortController().signal);
    expect(tell(await failure(run))).toMatchObject({
      exit: 64,
      remedy: expect.stringContaining("iam:PassRole on catalog.crawler_role"),
    });
  });

  test("what is no answer of AWS stays what it is: our bug, with its stack", async () => {
    const wrong = world.connect({ config: { ...config, endpoint: "nowhere" } });
    await expect(wrong.readPartitions(table, "all")).rejects.not.toBeInstanceOf(ShardliftError);
  });
});

describe("throttling", () => {
  const throttle = (times: number) => world.double.faults.add({ do: "throttle", times });

  test("of minutes is waited for, with growing pauses, since nothing was done", async () => {
    throttle(12);
    const startMs = world.clock.now();
    await prepare();
    expect(world.readTable().version).toBe(0);
    const waitedMs = world.clock.now() - startMs;
    expect(waitedMs).toBeGreaterThan(120_000);
    expect(waitedMs).toBeLessThan(180_000);
  });

  test("that does not end is told after five minutes, long before an intent to point is old", async () => {
    throttle(Number.POSITIVE_INFINITY);
    const startMs = world.clock.now();
    expect(tell(await failure(prepare()))).toMatchObject({
      exit: 69,
      retryable: true,
      received: "ThrottlingException: Rate exceeded",
      remedy: expect.stringContaining("run fewer commands at once"),
    });
    const waitedMs = world.clock.now() - startMs;
    expect(waitedMs).toBeGreaterThan(300_000);
    expect(waitedMs).toBeLessThan(330_000);
  });

  test("is waited for five minutes over all requests of one call, not each", async () => {
    await prepare();
    world.double.faults.add({ do: "throttle", operation: "BatchGetPartition", times: 15 });
    world.double.faults.add({
      do: "throttle",
      operation: "BatchCreatePartition",
      times: Number.POSITIVE_INFINITY,
    });
    const startMs = world.clock.now();
    const faults = await world.catalog.point(table, [partition]);
    expect(faults).toMatchObject([{ day, error: { code: "outside", retryable: true } }]);
    expect(world.clock.now() - startMs).toBeLessThan(330_000);
  });

  test("is left where a signal comes", async () => {
    const controller = new AbortController();
    const stop = new ShardliftError("terminated", { failed: "SIGTERM" });
    throttle(Number.POSITIVE_INFINITY);
    const clock = {
      ...world.clock,
      async sleep() {
        controller.abort(stop);
        throw stop;
      },
    };
    const catalog = world.connect({ clock, signal: controller.signal });
    await expect(catalog.readPartitions(table, "all")).rejects.toBe(stop);
  });
});

test("a signal ends a request that is not answered", async () => {
  const controller = new AbortController();
  const stop = new ShardliftError("terminated", { failed: "SIGTERM" });
  world.double.faults.add({
    do: "hold",
    get until() {
      controller.abort(stop);
      return new Promise(() => {});
    },
  });
  await expect(world.connect({ signal: controller.signal }).readPartitions(table, [day])).rejects.toBe(stop);
});

test("nothing is loaded and nobody signs in before the first request", async () => {
  const lazy = world.connect({ credentials: { accessKeyId: "", secretAccessKey: "" } });
  expect([lazy.location, lazy.crawler]).toEqual(["Glue Data Catalog in eu-central-1", null]);
  expect(world.listCalls()).toEqual([]);
});
