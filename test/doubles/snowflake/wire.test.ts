import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { execute } from "./driver.ts";
import { createDoubleWorld, type DoubleWorld, type DriverClient, lock, render } from "./test-world.ts";

let world: DoubleWorld;
let client: DriverClient;
beforeEach(async () => {
  world = await createDoubleWorld({ answerWithinMs: 30 });
  client = await world.open({ representNullAsStringNull: false });
});
afterEach(() => world.end());

const asked = (what: string) => world.double.log.filter(({ sql }) => sql === what);

describe("values", () => {
  test("keep their digits, their types and their nulls", async () => {
    const sql = `SELECT 9218924040658817653 AS big, 12.34 AS "dec", TRUE AS yes, NULL AS none, 'x' AS text,
      '2026-11-20'::DATE AS day, PARSE_JSON('{"a":9218924040658817653}') AS v, TO_TIMESTAMP_LTZ(1795132800123, 3) AS at`;
    const { rows } = await execute(client.connection, sql, {
      fetchAsString: ["Number", "Date", "JSON", "Boolean"],
    });
    expect(rows).toEqual([
      {
        BIG: "9218924040658817653",
        dec: "12.34",
        YES: "TRUE",
        NONE: null,
        TEXT: "x",
        DAY: "2026-11-20",
        V: '{"a":9218924040658817653}',
        AT: expect.stringContaining("2026-11-20"),
      },
    ]);
  });

  test("are bound by their places, whatever they hold", async () => {
    const hostile = `'); DROP TABLE x; -- " \\ ''`;
    const rows = await client.run("SELECT :2 AS b, :1 AS a, :3 AS n", [hostile, 7, null]);
    expect(rows).toEqual([{ B: 7, A: hostile, N: null }]);
  });

  test("are read out of JSON: a JSON null is NULL, a missing member is NULL, digits stay", async () => {
    const sql = `SELECT item.value:n::NUMBER(38, 0)::VARCHAR AS n, item.value:s::VARCHAR AS s, item.value:none::VARCHAR AS none
      FROM TABLE(FLATTEN(INPUT => PARSE_JSON(:1))) AS item`;
    const rows = await client.run(sql, ['[{"n":9218924040658817653,"s":"it\'s"},{"n":null}]']);
    expect(rows).toEqual([
      { N: "9218924040658817653", S: "it's", NONE: null },
      { N: null, S: null, NONE: null },
    ]);
  });
});

describe("errors", () => {
  test.each([
    [
      "DROP TABLE hot",
      { code: "001003", sqlState: "42000", message: expect.stringContaining("DROP TABLE hot") },
    ],
    ["SELECT * FROM nowhere", { code: "002003", sqlState: "42S02" }],
    ["SELECT nothing", { code: "000904", sqlState: "42000" }],
    ["SELECT SYSTEM$WAIT(1)", { code: "002001", message: expect.stringContaining("SYSTEM$WAIT") }],
    ["SELECT PARSE_JSON('{')", { code: "100069", sqlState: "22P02" }],
    ["SELECT PARSE_JSON('\"x\"')::NUMBER", { code: "100038", sqlState: "22018" }],
  ])("have code and SQLSTATE: %s", async (sql, error) => {
    await expect(client.run(sql)).rejects.toMatchObject(error);
  });

  test("tell of a warehouse that is missing, unknown or stopped", async () => {
    const { warehouse: _, ...without } = world.options();
    const other = await world.open({ ...without, warehouse: "nowhere" });
    await expect(other.run("SELECT 1")).rejects.toMatchObject({ code: "000606" });
    await expect(other.run(render("use-warehouse", { warehouse: '"NOWHERE"' }))).rejects.toMatchObject({
      code: "002043",
    });
    world.double.world.account.warehouses.set("WH", "suspended");
    await expect(client.run("SELECT 1")).rejects.toMatchObject({ code: "090073" });
  });
});

describe("requests", () => {
  test("with one id run once in a session, and again in another", async () => {
    const [requestId, sql] = [randomUUID(), "SELECT 1 AS one"];
    const other = await world.open();
    const first = await execute(client.connection, sql, { requestId });
    const second = await execute(client.connection, sql, { requestId });
    await execute(other.connection, sql, { requestId });
    expect(second.statement.getQueryId()).toBe(first.statement.getQueryId());
    expect(world.double.queries().map(({ session }) => session.id)).toEqual(["1", "2"]);
  });

  test("that take long are asked for again", async () => {
    let release = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.double.faults.add({ do: "hold", until, sql: /four/ });
    const answer = client.run("SELECT 4 AS four");
    await expect
      .poll(() => world.double.log.filter(({ path }) => path.endsWith("/result")).length)
      .toBeGreaterThan(0);
    release();
    expect(await answer).toEqual([{ FOUR: 4 }]);
  });

  test("are cancelled, and their session goes on", async () => {
    const until = new Promise(() => {});
    world.double.faults.add({ do: "hold", until, sql: /never/ });
    const failing = execute(client.connection, "SELECT 1 AS never", {}, (statement) => {
      void expect
        .poll(() => asked("SELECT 1 AS never").length)
        .toBe(1)
        .then(() => statement.cancel(() => {}));
    });
    await expect(failing).rejects.toMatchObject({ code: "000604", sqlState: "57014" });
    expect(await client.run("SELECT 5 AS five")).toEqual([{ FIVE: 5 }]);
  });

  test("are cancelled while DuckDB works on them", async () => {
    const sql =
      "SELECT COUNT(*) AS n FROM TABLE(FLATTEN(INPUT => PARSE_JSON(:1))) AS a, TABLE(FLATTEN(INPUT => PARSE_JSON(:1))) AS b, TABLE(FLATTEN(INPUT => PARSE_JSON(:1))) AS c WHERE a.index + b.index + c.index < 0";
    const binds = [JSON.stringify(Array.from({ length: 3000 }, (_, index) => index))];
    const failing = execute(client.connection, sql, { binds }, (statement) => {
      void expect
        .poll(() => world.double.world.executed.length)
        .toBe(1)
        .then(() => statement.cancel(() => {}));
    });
    await expect(failing).rejects.toMatchObject({ code: "000604" });
  });

  test("end at the statement's own timeout, by the double's clock", async () => {
    await client.run(render("alter-session", { parameter: "STATEMENT_TIMEOUT_IN_SECONDS", value: "60" }));
    world.double.faults.add({ do: "hold", until: new Promise(() => {}), sql: /slow/ });
    const failing = client.run("SELECT 1 AS slow");
    const seen = failing.catch((error: unknown) => error);
    await expect.poll(() => asked("SELECT 1 AS slow").length).toBe(1);
    world.double.clock.advance(60_000);
    expect(await seen).toMatchObject({ code: "000630", sqlState: "57014" });
  });

  test("may be packed, and carry their tag", async () => {
    const token = world.double.sessions.all()[0]!.token;
    const reply = await fetch(`${world.double.url}/queries/v1/query-request?requestId=${randomUUID()}`, {
      method: "POST",
      headers: { authorization: `Snowflake Token="${token}"`, "content-encoding": "gzip" },
      body: gzipSync(JSON.stringify({ sqlText: "SELECT 6", parameters: { QUERY_TAG: "run 7" } })),
    });
    expect(await reply.json()).toMatchObject({ success: true, data: { rowset: [["6"]] } });
    expect(world.double.queries().map(({ tag }) => tag)).toEqual(["run 7"]);
  });
});

describe("sessions", () => {
  test("get a new token where theirs has run out, and go on where they were", async () => {
    await client.run(render("create-lock", { lock }));
    await client.run(render("begin"));
    await client.run(render("fill-lock", { lock }));
    world.double.expireTokens();
    expect(await client.run(`SELECT COUNT(*) AS n FROM ${lock}`)).toEqual([{ N: 1 }]);
    expect(world.double.log.map(({ path }) => path)).toContain("/session/token-request");
  });

  test("are over where the renewing token has run out too", async () => {
    world.double.expireTokens("all");
    await expect(client.run("SELECT 1")).rejects.toMatchObject({ code: 407002 });
  });

  test("are alive after a heartbeat, and end with destroy", async () => {
    expect(await client.connection.isValidAsync()).toBe(true);
    await client.end();
    expect(world.double.sessions.all()).toEqual([]);
    await expect(client.run("SELECT 1")).rejects.toMatchObject({ code: 407002 });
  });
});
