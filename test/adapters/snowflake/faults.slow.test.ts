import { rm } from "node:fs/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createSnowflakeWarehouse } from "../../../src/adapters/snowflake/warehouse.ts";
import { createClock } from "../../../src/cli/clock.ts";
import type { Day } from "../../../src/days/day.ts";
import { type ErrorCode, exitCodes, isShardliftError } from "../../../src/errors.ts";
import type { Clock } from "../../../src/ports.ts";
import { loadDays } from "../../../src/tasks/load-transaction.ts";
import { buildGenerationFiles, type ReaderTarget } from "../../../src/tasks/reader-target.ts";
import { transactSettled } from "../../../src/tasks/settle.ts";
import { baseColumns, buildRows, grownColumns } from "../../contracts/warehouse-lake.ts";
import { buildLedgerRow, g1, g2, measureOf, table, withType } from "../../contracts/warehouse-world.ts";
import type { Fault } from "../../doubles/snowflake/faults.ts";
import {
  createSnowflakeWorld,
  createStrangeKey,
  type SnowflakeWorld,
  type WorldChoices,
} from "./snowflake-world.ts";

let world: SnowflakeWorld;
afterEach(() => world.end());

const begin = async (choices: WorldChoices = {}) => {
  world = await createSnowflakeWorld(choices);
  return world;
};

/** A table that is prepared, and a generation to load. */
async function beginPrepared(choices: WorldChoices = {}): Promise<ReaderTarget> {
  await begin(choices);
  await world.warehouse.prepare(table, baseColumns);
  return world.write(g1);
}

const policy = { isHotDay: () => true, finalAtMs: () => 1 };

/** As the task does it. */
function load(target: ReaderTarget, warehouse = world.warehouse) {
  return transactSettled(warehouse, table, (transaction) =>
    loadDays(transaction, [target], policy, 1, (_, step) => step()),
  );
}

/** As it would be without anybody who settles an unknown outcome. */
function loadOnce(target: ReaderTarget) {
  return world.warehouse.transact(table, async (transaction) => {
    await transaction.copy(buildGenerationFiles(target));
    await transaction.lock();
    await transaction.writeLedger([buildLedgerRow(target, "hot")]);
  });
}

async function fail(work: Promise<unknown>) {
  const error = await work.then(
    () => {
      throw new Error("nothing failed");
    },
    (reason: unknown) => reason,
  );
  if (!isShardliftError(error)) throw error;
  const { code, retryable, parts } = error;
  expect(Object.values(parts).filter((part) => part !== "")).toHaveLength(4);
  return { code, exit: exitCodes[code], retryable, text: error.message };
}

/** What a new session finds. */
async function look() {
  const other = createSnowflakeWarehouse({ ...world.options, clock: createClock(null) });
  try {
    const [hot, ledger] = [await other.measureHot(table, "all"), await other.readLedger(table, "all")];
    return { hot, ledger: ledger.map(({ day, hotGeneration }) => `${day} ${hotGeneration}`) };
  } finally {
    await other.close();
  }
}

const nothing = { hot: [], ledger: [] };
const loaded = (target: ReaderTarget) => ({
  hot: [measureOf(target)],
  ledger: [`${target.day} ${target.head.generation}`],
});

/** Ends every wait after a second and a half: deadlines of minutes are not waited for here. */
const hasty = (): Clock => {
  const clock = createClock(null);
  return { now: clock.now, sleep: (ms, signal) => clock.sleep(Math.min(ms, 1_500), signal) };
};

describe("who cannot sign in is told what to do", () => {
  test.each<[string, WorldChoices, RegExp]>([
    ["a wrong key", { privateKey: createStrangeKey() }, /public key is set on shardlift/],
    ["no key at all", { privateKey: "not a key" }, /openssl genpkey/],
    ["a wrong role", { config: { role: "other" } }, /GRANT ROLE OTHER TO USER shardlift/],
    ["a user that is not there", { config: { user: "nobody" } }, /nobody/],
    ["a clock that is an hour off", { double: { signInSkewMs: 3_600_000 } }, /this machine's clock/],
  ])("%s", async (_, choices, expected) => {
    await begin(choices);
    const failure = await failSignIn();
    expect(failure).toMatchObject({ code: "config", retryable: false });
    expect(failure.text).toMatch(expected);
    expect(failure.text).not.toMatch(/PRIVATE KEY/);
  });

  const failSignIn = async () => {
    const error = await world.warehouse.readLedger(table, "all").catch((reason: unknown) => reason);
    if (!isShardliftError(error)) throw error;
    return { code: error.code, retryable: error.retryable, text: error.message };
  };
});

describe("a load that Snowflake refuses leaves nothing", () => {
  test.each<[string, RegExp, Extract<Fault, { do: "refuse" }>["kind"], ErrorCode, boolean, RegExp]>([
    [
      "a suspended warehouse",
      /^COPY/,
      "warehouse suspended",
      "outside",
      false,
      /ALTER WAREHOUSE LOAD_WH RESUME/,
    ],
    [
      "no warehouse",
      /^COPY/,
      "no warehouse",
      "config",
      false,
      /GRANT USAGE, OPERATE ON WAREHOUSE LOAD_WH TO ROLE LOADER/,
    ],
    ["a privilege that is missing", /^MERGE/, "no privilege", "config", false, /TO ROLE LOADER/],
    ["a stage without access", /^COPY/, "stage denied", "config", false, /trust policy/],
    ["a statement time-out", /^COPY/, "statement timeout", "outside", true, /statement_timeout/],
    ["too many waiters", /^UPDATE/, "too many waiters", "outside", true, /SHOW LOCKS/],
    ["a value of another type", /^COPY/, "bad number", "data", false, /backfill --again/],
    ["a value above the limit", /^COPY/, "value too large", "data", false, /columns\.drop/],
    ["a column that somebody dropped", /^COPY/, "unknown column", "data", false, /who altered the table/],
    ["a fault inside Snowflake", /^MERGE/, "internal", "outside", true, /run again/],
  ])("%s", async (_, sql, kind, code, retryable, expected) => {
    const target = await beginPrepared();
    world.double.faults.add({ do: "refuse", kind, message: `made up: warehouse ${kind}`, sql });
    const failure = await fail(loadOnce(target));
    expect(failure).toMatchObject({ code, retryable });
    expect(failure.text).toMatch(expected);
    expect(world.double.faults.left()).toEqual([]);
    expect(await look()).toEqual(nothing);
  });

  test("a file that vanished", async () => {
    const target = await beginPrepared();
    await rm(world.store.localPath(target.manifest.files[0]!.key)!);
    expect(await fail(loadOnce(target))).toMatchObject({ code: "data", exit: 65, retryable: false });
    expect(await look()).toEqual(nothing);
  });

  test("a stage that is not there", async () => {
    const target = await beginPrepared();
    const config = { ...world.options.config, stage: "lake.shardlift.other" };
    const other = createSnowflakeWarehouse({ ...world.options, config });
    const failing = other.transact(table, (transaction) => transaction.copy(buildGenerationFiles(target)));
    expect(await fail(failing)).toMatchObject({ code: "config", text: expect.stringContaining("OTHER") });
    await other.close();
  });

  test("a file with a column too many, which COPY would leave out in silence", async () => {
    await beginPrepared();
    const target = await world.write({ ...g2, columns: grownColumns });
    const failing = loadOnce({ ...target, manifest: { ...target.manifest, columns: baseColumns } });
    expect(await fail(failing)).toMatchObject({
      code: "data",
      text: expect.stringContaining("not in both: platform, items"),
    });
    expect(await look()).toEqual(nothing);
  });

  test("a file with a column of another type", async () => {
    await beginPrepared();
    const asText = baseColumns.map((column) =>
      column.name === "value" ? { ...column, type: "STRING" as const } : column,
    );
    const target = await world.write({ ...g2, columns: asText, rows: buildRows("g2", 2, { value: "many" }) });
    const failing = loadOnce({ ...target, manifest: { ...target.manifest, columns: baseColumns } });
    expect(await fail(failing)).toMatchObject({ code: "data", retryable: false });
    expect(await look()).toEqual(nothing);
  });
});

describe("an answer that is lost", () => {
  test.each([
    ["of COPY", /^COPY/],
    ["of the lock", /^UPDATE/],
    ["of the ledger's move", /^MERGE/],
    ["of COMMIT", /^COMMIT/],
  ])("%s is asked for again, and the statement runs once", async (_, sql) => {
    const target = await beginPrepared();
    world.double.faults.add({ do: "drop answer", sql });
    await load(target);
    expect(world.double.faults.left()).toEqual([]);
    expect(await look()).toEqual(loaded(target));
  });

  test("of COMMIT, with the session, is an outcome that the ledger tells: done", async () => {
    const target = await beginPrepared();
    world.double.faults.add({ do: "lose session after", sql: /^COMMIT/ });
    await load(target);
    expect(world.double.queries().filter(({ sql }) => /^COPY/.test(sql))).toHaveLength(1);
    expect(await look()).toEqual(loaded(target));
  });

  test("of COMMIT that was not done makes the load begin anew", async () => {
    const target = await beginPrepared();
    world.double.faults.add({ do: "lose session", sql: /^COMMIT/ });
    await load(target);
    expect(world.double.queries().filter(({ sql }) => /^COPY/.test(sql))).toHaveLength(2);
    expect(await look()).toEqual(loaded(target));
  });
});

describe("a session", () => {
  test.each([/^COPY/, /^UPDATE/, /^MERGE/])("that is lost at %s takes all with it", async (sql) => {
    const target = await beginPrepared();
    world.double.faults.add({ do: "lose session", sql });
    expect(await fail(loadOnce(target))).toMatchObject({ code: "outside", exit: 69, retryable: true });
    expect(await look()).toEqual(nothing);
    await load(target);
    expect(await look()).toEqual(loaded(target));
  });

  test("whose token runs out in the middle is renewed", async () => {
    const target = await beginPrepared();
    world.double.faults.add({ do: "expire token", sql: /^MERGE/ });
    await load(target);
    expect(await look()).toEqual(loaded(target));
  });

  test("for reads is opened anew where it was lost", async () => {
    const target = await beginPrepared();
    await load(target);
    world.double.faults.add({ do: "lose session", sql: /FROM "LAKE"."ANALYTICS"."WEB_SHOP_LEDGER"/ });
    expect(await fail(world.warehouse.readLedger(table, "all"))).toMatchObject({ retryable: true });
    expect(await world.warehouse.readLedger(table, "all")).toHaveLength(1);
  });
});

describe("a server that does not answer", () => {
  test("for a moment is asked again: 503 and 429", async () => {
    const target = await beginPrepared();
    world.double.faults.add({ do: "answer", status: 503, sql: /^COPY/ });
    world.double.faults.add({ do: "answer", status: 429, sql: /^MERGE/ });
    await load(target);
    expect(await look()).toEqual(loaded(target));
  });

  test.each([503, 429])("for good ends with our own deadline: %i", async (status) => {
    const target = await beginPrepared({ clock: hasty() });
    world.double.faults.add({ do: "answer", status, sql: /^COPY/, times: Infinity });
    const failure = await fail(loadOnce(target));
    expect(failure).toMatchObject({ code: "outside", exit: 69, retryable: true });
    expect(failure.text).toMatch(/the outcome is not known/);
    world.double.faults.clear();
    expect((await look()).ledger).toEqual([]);
  });

  test("at the sign-in is given up", async () => {
    await begin({ clock: hasty() });
    world.double.faults.add({ do: "answer", status: 503, path: "login-request", times: Infinity });
    expect(await fail(world.warehouse.readLedger(table, "all"))).toMatchObject({
      code: "outside",
      retryable: true,
    });
  });
});

test("a lock that a killed command left is waited for, until Snowflake ends its transaction", async () => {
  const target = await beginPrepared();
  world.double.faults.add({ do: "strand session", sql: /^MERGE/ });
  expect(await fail(loadOnce(target))).toMatchObject({ code: "outside", retryable: true });
  const locks = () => world.double.queries().filter(({ sql }) => /^UPDATE/.test(sql)).length;
  const before = locks();
  const next = load(target);
  await vi.waitFor(() => expect(locks()).toBe(before + 1));
  expect(await look()).toEqual(nothing);
  world.double.clock.advance(6 * 60_000);
  await next;
  expect(await look()).toEqual(loaded(target));
});

test("a command that is ended stops waiting, and leaves nothing", async () => {
  const abort = new AbortController();
  const target = await beginPrepared({ signal: abort.signal });
  let release = () => {};
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  world.double.faults.add({ do: "hold", until, sql: /^COPY/ });
  const failing = loadOnce(target).catch((reason: unknown) => reason);
  await vi.waitFor(() => expect(world.double.log.some(({ sql }) => /^COPY/.test(sql ?? ""))).toBe(true));
  abort.abort(new Error("somebody pressed Ctrl-C"));
  expect(await failing).toMatchObject({ message: "somebody pressed Ctrl-C" });
  release();
  const { signal: _, ...options } = world.options;
  world.options = options;
  expect(await look()).toEqual(nothing);
});

describe.each(["after", "before"] as const)(
  "two at once, of whom one waits and sees what was %s its wait,",
  (sees) => {
    const beginTwo = async () => {
      const target = await beginPrepared();
      world.double.world.choices.waiterSees = sees;
      return target;
    };

    test("who load one day leave it once", async () => {
      const target = await beginTwo();
      const other = createSnowflakeWarehouse(world.options);
      await Promise.all([load(target), load(target, other)]);
      await other.close();
      expect(await look()).toEqual(loaded(target));
    });

    test("who load two generations of a day leave the newer one", async () => {
      const older = await beginTwo();
      const newer = await world.write(g2);
      const other = createSnowflakeWarehouse(world.options);
      await Promise.all([load(older), load(newer, other)]);
      await other.close();
      expect(await look()).toEqual(loaded(newer));
    });

    test("who widen one column at once lose no value", async () => {
      const target = await beginTwo();
      await load(target);
      const other = createSnowflakeWarehouse(world.options);
      const wide = withType("NUMERIC");
      await Promise.all([world.warehouse.prepare(table, wide), other.prepare(table, wide)]);
      await other.close();
      expect(await look()).toEqual(loaded(target));
    });

    test("who add columns at once both find them in the views", async () => {
      const target = await beginTwo();
      await load(target);
      const other = createSnowflakeWarehouse(world.options);
      const more = (name: string) => [
        ...baseColumns,
        { name, type: "STRING" as const, mode: "NULLABLE" as const },
      ];
      await Promise.all([world.warehouse.prepare(table, more("one")), other.prepare(table, more("two"))]);
      await other.close();
      const result = await world.warehouse.query("SELECT one, two FROM analytics.web_shop_all");
      expect(result.columns.map((name) => name.toLowerCase())).toEqual(["one", "two"]);
    });
  },
);

test("a day is told in the query tag, and each statement has a request id of its own", async () => {
  const tag = { pipeline: "web-shop", task: "load", days: "2026-11-20", run: "r1" };
  const target = await beginPrepared({ tag });
  await load(target);
  const ids = world.double.log.filter(({ sql }) => sql !== undefined).map(({ requestId }) => requestId);
  expect(new Set(ids).size).toBe(ids.length);
  const tags = world.double.sessions.all().map(({ parameters }) => parameters.get("QUERY_TAG"));
  expect(tags.length).toBeGreaterThan(0);
  for (const text of tags) expect(JSON.parse(String(text))).toEqual({ app: "shardlift", ...tag });
  expect(target.day).toBe("2026-11-20" as Day);
});
