import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createDoubleWorld,
  createTables,
  type DoubleWorld,
  type DriverClient,
  hot,
  ledger,
  lock,
  render,
} from "./test-world.ts";

const minuteMs = 60_000;
const begin = render("begin");
const commit = render("commit");
const rollback = render("rollback");
const fillLock = render("fill-lock", { lock });
const takeLock = render("take-lock", { lock, transaction: "'1'" });
const merge = render("merge-ledger", { ledger });
const lockName = "DB.PUBLIC.HOT_LOCK";
const ledgerName = "DB.PUBLIC.HOT_LEDGER";

let world: DoubleWorld;
let a: DriverClient;
let b: DriverClient;
beforeEach(async () => {
  world = await createDoubleWorld();
  [a, b] = await Promise.all([world.open(), world.open()]);
  await createTables(a);
});
afterEach(() => world.end());

/** One day of the ledger as MERGE takes it. */
const day = (generation: string, rows = 1, date = "2026-11-20") =>
  JSON.stringify([
    {
      day: date,
      hot_generation: generation,
      shard_kind: "daily",
      rows,
      duplicates: 0,
      filtered: 0,
      checksum: "1",
    },
  ]);
const readLedger = ({ run }: DriverClient) =>
  run(`SELECT hot_generation AS g, "ROWS" AS n FROM ${ledger} ORDER BY 1`);
const waiting = (table: string, count = 1) =>
  expect.poll(() => world.double.world.locks.waiting(table)).toBe(count);

describe("a transaction", () => {
  test("shows nobody else what it did before COMMIT, and itself at once", async () => {
    await a.run(begin);
    await a.run(merge, [day("g1")]);
    expect([await readLedger(a), await readLedger(b)]).toEqual([[{ G: "g1", N: 1 }], []]);
    await a.run(commit);
    expect(await readLedger(b)).toEqual([{ G: "g1", N: 1 }]);
  });

  test("is read committed: each statement sees what others have committed meanwhile", async () => {
    await a.run(begin);
    expect(await readLedger(a)).toEqual([]);
    await b.run(merge, [day("g1")]);
    expect(await readLedger(a)).toEqual([{ G: "g1", N: 1 }]);
  });

  test.each([
    ["ROLLBACK", (client: DriverClient) => client.run(rollback)],
    ["the end of its session", (client: DriverClient) => client.end()],
  ])("leaves nothing after %s, and no lock", async (_, end) => {
    await a.run(begin);
    await a.run(takeLock);
    await a.run(merge, [day("g1")]);
    await end(a);
    expect(await readLedger(b)).toEqual([]);
    expect(world.double.world.locks.held()).toEqual([]);
  });

  test("is committed by DDL, which is no part of it", async () => {
    await a.run(begin);
    await a.run(merge, [day("g1")]);
    await a.run(
      render("add-column", { hot, column: '"NEW"', type: "VARCHAR", protection: "", comment: "''" }),
    );
    await a.run(rollback);
    expect(await readLedger(b)).toEqual([{ G: "g1", N: 1 }]);
  });

  test("goes on after a statement of it failed, without that statement", async () => {
    await a.run(begin);
    await a.run(merge, [day("g1")]);
    await expect(a.run(merge, ['[{"day":"no day"}]'])).rejects.toMatchObject({ code: "100071" });
    await a.run(commit);
    expect(await readLedger(b)).toEqual([{ G: "g1", N: 1 }]);
  });

  test("that begins twice is one, and COMMIT without one does nothing", async () => {
    await a.run(commit);
    await a.run(begin);
    await a.run(merge, [day("g1")]);
    await a.run(begin);
    await a.run(rollback);
    expect(await readLedger(b)).toEqual([]);
  });

  test("goes on with a table that somebody else's DDL has grown meanwhile", async () => {
    const [column, comment] = ['"NEW"', "''"];
    await a.run(begin);
    await a.run(merge, [day("g1")]);
    await b.run(render("add-column", { hot: ledger, column, type: "VARCHAR", protection: "", comment }));
    await a.run(merge, [day("g2", 1, "2026-11-21")]).catch(() => {});
    await a.run(commit);
    expect(
      await b.run(`SELECT hot_generation AS g, "NEW" FROM ${ledger} WHERE "DAY" = '2026-11-20'`),
    ).toEqual([{ G: "g1", NEW: null }]);
  });
});

describe("keys", () => {
  test("are not enforced: two transactions insert one day twice, and MERGE updates both rows", async () => {
    world.double.world.choices.waiterSees = "before";
    await a.run(begin);
    await a.run(merge, [day("g1")]);
    const second = b.run(merge, [day("g2")]);
    await waiting(ledgerName);
    await a.run(commit);
    expect(await second).toEqual([{ "number of rows inserted": 1, "number of rows updated": 0 }]);
    expect(await readLedger(b)).toEqual([
      { G: "g1", N: 1 },
      { G: "g2", N: 1 },
    ]);
    expect(await b.run(merge, [day("g3")])).toMatchObject([{ "number of rows updated": 2 }]);
  });

  test("are not NULL where the table says so", async () => {
    const nothing = JSON.stringify([
      { day: "2026-11-20", rows: 1, duplicates: 0, filtered: 0, checksum: "1" },
    ]);
    await expect(a.run(merge, [nothing])).rejects.toMatchObject({ code: "100072", sqlState: "22000" });
    expect(await readLedger(a)).toEqual([]);
  });

  test("of MERGE's source that come twice are an error", async () => {
    await a.run(merge, [day("g1")]);
    const twice = JSON.stringify([...JSON.parse(day("g2")), ...JSON.parse(day("g3"))]);
    await expect(a.run(merge, [twice])).rejects.toMatchObject({ code: "100090" });
  });
});

describe("locks", () => {
  test.each([
    ["after", [{ G: "g2", N: 2 }]],
    [
      "before",
      [
        { G: "g1", N: 1 },
        { G: "g2", N: 2 },
      ],
    ],
  ] as const)("make a MERGE wait, which then sees rows from %s its wait", async (sees, left) => {
    world.double.world.choices.waiterSees = sees;
    await a.run(begin);
    await a.run(merge, [day("g1")]);
    const second = b.run(merge, [day("g2", 2)]);
    await waiting(ledgerName);
    await a.run(commit);
    await second;
    expect(await readLedger(a)).toEqual(left);
  });

  test("are for DELETE, UPDATE and MERGE; INSERT and SELECT pass by", async () => {
    await a.run(begin);
    await a.run(takeLock);
    await b.run(fillLock);
    expect(await b.run(`SELECT COUNT(*) AS n FROM ${lock}`)).toEqual([{ N: 1 }]);
  });

  test("are waited for as long as LOCK_TIMEOUT says", async () => {
    await b.run(render("alter-session", { parameter: "LOCK_TIMEOUT", value: "60" }));
    await a.run(begin);
    await a.run(takeLock);
    const failing = b.run(takeLock).catch((error: unknown) => error);
    await waiting(lockName);
    world.double.clock.advance(minuteMs);
    expect(await failing).toMatchObject({ code: "000625", sqlState: "57014" });
  });

  test("have 20 waiters at most", async () => {
    await a.run(begin);
    await a.run(takeLock);
    const clients = await Promise.all(Array.from({ length: 20 }, () => world.open()));
    const waits = clients.map(({ run }) => run(takeLock));
    await waiting(lockName, 20);
    await expect(b.run(takeLock)).rejects.toMatchObject({
      code: "000625",
      message: expect.stringContaining("waiters"),
    });
    await a.run(commit);
    expect((await Promise.all(waits)).length).toBe(20);
  });

  test("in a circle refuse the statement that closes it; its transaction lives", async () => {
    await a.run(begin);
    await b.run(begin);
    await a.run(takeLock);
    await b.run(merge, [day("b")]);
    const first = a.run(merge, [day("a")]);
    await waiting(ledgerName);
    await expect(b.run(takeLock)).rejects.toMatchObject({ message: expect.stringContaining("deadlock") });
    await b.run(commit);
    await first;
    await a.run(commit);
    expect(await readLedger(a)).toEqual([{ G: "a", N: 1 }]);
  });

  test("of a transaction that idles for five minutes are taken away where somebody waits", async () => {
    await a.run(begin);
    await a.run(takeLock);
    await a.run(merge, [day("g1")]);
    world.double.clock.advance(60 * minuteMs);
    expect(world.double.world.locks.held()).toEqual([lockName, ledgerName]);
    expect(await b.run(takeLock)).toMatchObject([{ "number of rows updated": 1 }]);
    expect(await readLedger(b)).toEqual([]);
    await expect(a.run(commit)).rejects.toMatchObject({ code: "000615" });
    await a.run(rollback);
    await a.run(takeLock);
  });

  test("may be lost in silence: nobody could tell whether statements go on in autocommit then", async () => {
    world.double.world.choices.afterAbort = "autocommit";
    await a.run(begin);
    await a.run(takeLock);
    world.double.clock.advance(6 * minuteMs);
    await b.run(takeLock);
    await a.run(merge, [day("g1")]);
    expect(await readLedger(b)).toEqual([{ G: "g1", N: 1 }]);
    await a.run(commit);
  });

  test("of a waiter that is cancelled are not taken later", async () => {
    await a.run(begin);
    await a.run(takeLock);
    const failing = b.run(takeLock).catch((error: unknown) => error);
    await waiting(lockName);
    world.double.queries().at(-1)!.abort.abort();
    expect(await failing).toMatchObject({ code: "000604" });
    await a.run(commit);
    expect(world.double.world.locks.held()).toEqual([]);
  });
});
