import { describe, expect, test } from "vitest";
import { runQuery } from "../../../src/adapters/snowflake/query.ts";
import type { Session } from "../../../src/adapters/snowflake/session.ts";

const doing = { role: "R", warehouse: "W", user: "U", account: "A" };

async function ask(sql: string, error?: Error): Promise<string[]> {
  const asked: string[] = [];
  const session = {
    async stream(text: string) {
      asked.push(text);
      if (error !== undefined) throw error;
      return { columns: [], rows: (async function* () {})() };
    },
  } as unknown as Session;
  await runQuery(session, sql, doing);
  return asked;
}

describe("a person's statement", () => {
  test.each([
    "SELECT 1;",
    "  -- why\nselect 1",
    "/* a */ WITH x AS (SELECT 1) SELECT * FROM x",
    "(SELECT 1)",
    "SHOW TABLES",
    "DESCRIBE VIEW v",
    "EXPLAIN SELECT 1",
    "LIST @s",
  ])("that reads is asked: %j", async (sql) => {
    expect(await ask(sql)).toEqual([sql.trim().replace(/;$/, "")]);
  });

  test.each([
    "DELETE FROM t",
    "-- SELECT\nDROP TABLE t",
    "/* SELECT 1 */ INSERT INTO t VALUES (1)",
    "CALL p()",
    "EXECUTE IMMEDIATE 'DROP TABLE t'",
    "COPY INTO @s FROM t",
    "BEGIN",
    "SELECTED",
    "",
    " ; ",
  ])("that does anything else is refused, and not sent: %j", async (sql) => {
    await expect(ask(sql)).rejects.toMatchObject({ code: "usage" });
  });

  test("with a mistake is its writer's matter; a lost session is not", async () => {
    const fail = (code: string) => ask("SELECT x", Object.assign(new Error("what it says"), { code }));
    await expect(fail("000904")).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/what it says/),
    });
    await expect(fail("001003")).rejects.toMatchObject({ code: "usage" });
    await expect(fail("390104")).rejects.toMatchObject({ code: "outside", retryable: true });
    await expect(fail("000630")).rejects.toMatchObject({ code: "outside", retryable: true });
  });
});
