import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  buildRows,
  countHot,
  createDoubleWorld,
  createTables,
  type DoubleWorld,
  type DriverClient,
  folderOf,
  hot,
  lock,
  render,
  renderCopy,
} from "./test-world.ts";

const day = "2026-11-20";
const begin = render("begin");
const commit = render("commit");
const takeLock = render("take-lock", { lock, transaction: "'1'" });
const copy = renderCopy(day, "g2", ["a.parquet"]);
const gone = { code: 407002 };

let world: DoubleWorld;
let client: DriverClient;
beforeEach(async () => {
  world = await createDoubleWorld();
  client = await world.open();
  await createTables(client);
  for (const generation of ["g1", "g2"]) {
    await world.write(`${folderOf(day, generation)}a.parquet`, buildRows(day, generation, 3));
  }
  await client.run(renderCopy(day, "g1", ["a.parquet"]));
});
afterEach(async () => {
  expect(world.double.faults.left()).toEqual([]);
  await world.end();
});

const deleteDay = () => client.run(render("delete-hot-all", { hot }), [day]);
const seen = async () => countHot(await world.open());

describe("an answer that is lost", () => {
  test("with its session after COMMIT leaves what was committed", async () => {
    await client.run(begin);
    await deleteDay();
    await client.run(copy);
    world.double.faults.add({ do: "lose session after", sql: /^COMMIT/ });
    await expect(client.run(commit)).rejects.toMatchObject(gone);
    expect(await seen()).toEqual({ g2: 3 });
    expect(world.double.world.locks.held()).toEqual([]);
  });

  test("with its session before COMMIT leaves nothing of the transaction", async () => {
    await client.run(begin);
    await deleteDay();
    await client.run(copy);
    world.double.faults.add({ do: "lose session", sql: /^COMMIT/ });
    await expect(client.run(commit)).rejects.toMatchObject(gone);
    expect(await seen()).toEqual({ g1: 3 });
    expect(world.double.world.locks.held()).toEqual([]);
  });
});

test("a session that is lost inside of a transaction answers nothing more", async () => {
  await client.run(begin);
  await deleteDay();
  world.double.faults.add({ do: "lose session", sql: /^COPY/ });
  await expect(client.run(copy)).rejects.toMatchObject(gone);
  await expect(client.run(commit)).rejects.toMatchObject(gone);
  expect(await seen()).toEqual({ g1: 3 });
});

test("a client that was killed keeps its lock for five idle minutes, then who waits comes through", async () => {
  await client.run(begin);
  await client.run(takeLock);
  await deleteDay();
  world.double.faults.add({ do: "strand session", sql: /^COPY/ });
  await expect(client.run(copy)).rejects.toMatchObject(gone);
  const other = await world.open();
  const waits = other.run(takeLock);
  await expect.poll(() => world.double.world.locks.waiting("DB.PUBLIC.HOT_LOCK")).toBe(1);
  world.double.clock.advance(5 * 60_000 - 1000);
  expect(world.double.world.locks.waiting("DB.PUBLIC.HOT_LOCK")).toBe(1);
  world.double.clock.advance(1000);
  expect(await waits).toMatchObject([{ "number of rows updated": 1 }]);
  expect(await seen()).toEqual({ g1: 3 });
});

test("a COPY that is cancelled loads nothing, and its transaction goes on", async () => {
  let release = () => {};
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  await client.run(begin);
  await deleteDay();
  world.double.faults.add({ do: "hold", until, sql: /^COPY/ });
  const failing = client.run(copy).catch((error: unknown) => error);
  await expect
    .poll(() => world.double.queries().some(({ sql, status }) => sql === copy && status === "RUNNING"))
    .toBe(true);
  world.double.queries().at(-1)!.abort.abort();
  release();
  expect(await failing).toMatchObject({ code: "000604", sqlState: "57014" });
  expect(await countHot(client)).toEqual({});
  await client.run(render("rollback"));
  expect(await countHot(client)).toEqual({ g1: 3 });
});

test("a statement that is refused by order leaves its session as it was", async () => {
  world.double.faults.add({
    do: "refuse",
    sql: /^COPY/,
    kind: "no privilege",
    message: "Insufficient privileges",
    skip: 1,
  });
  await client.run(copy);
  await expect(client.run(copy)).rejects.toMatchObject({ code: "003001", sqlState: "42501" });
  expect(await countHot(client)).toEqual({ g1: 3, g2: 3 });
});

test("rows of an answer can be told otherwise than they are", async () => {
  world.double.faults.add({
    do: "rewrite",
    sql: /^COPY/,
    rows: (rows) => rows.map((row) => row.map((cell) => (cell === "LOADED" ? "PARTIALLY_LOADED" : cell))),
  });
  expect(await client.run(copy)).toMatchObject([{ status: "PARTIALLY_LOADED" }]);
});

test("objects can be taken from the role: hidden ones are unknown, others may only be read", async () => {
  const { account } = world.double.world;
  account.readOnly.add("DB.PUBLIC.HOT");
  await expect(deleteDay()).rejects.toMatchObject({ code: "003001" });
  expect(await countHot(client)).toEqual({ g1: 3 });
  account.hidden.add("DB.PUBLIC.HOT");
  await expect(countHot(client)).rejects.toMatchObject({ code: "002003" });
});

test("a token that runs out inside of a transaction is renewed, and the transaction goes on", async () => {
  await client.run(begin);
  await deleteDay();
  world.double.faults.add({ do: "expire token", sql: /^COPY/ });
  await client.run(copy);
  await client.run(commit);
  expect(await seen()).toEqual({ g2: 3 });
  expect(world.double.world.executed.filter((name) => name === "copy")).toHaveLength(2);
});

test("a session that is closed while it works takes its statement and its locks with it", async () => {
  await client.run(begin);
  await client.run(takeLock);
  world.double.faults.add({ do: "hold", until: new Promise(() => {}), sql: /^COPY/ });
  const failing = client.run(copy).catch((error: unknown) => error);
  await expect.poll(() => world.double.log.some(({ sql }) => sql === copy)).toBe(true);
  await client.end();
  await failing;
  expect(world.double.world.locks.held()).toEqual([]);
  expect(await seen()).toEqual({ g1: 3 });
});

test("a double that is closed leaves nothing that listens, waits or runs", async () => {
  const other = await createDoubleWorld();
  const stuck = await other.open();
  other.double.faults.add({ do: "hold", until: new Promise(() => {}) });
  void stuck.run("SELECT 1").catch(() => {});
  await expect.poll(() => other.double.queries().length).toBe(1);
  await other.end();
  await expect(fetch(`${other.double.url}/telemetry/send`)).rejects.toThrow();
});
