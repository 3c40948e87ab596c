import { describe, expect, test } from "vitest";
import { nameRelations } from "../../../src/adapters/snowflake/names.ts";
import type { Session } from "../../../src/adapters/snowflake/session.ts";
import { runTransaction, takeLock } from "../../../src/adapters/snowflake/transaction.ts";
import { ShardliftError } from "../../../src/errors.ts";
import { createRecordedSession } from "./recorded-session.ts";

/** Runs the work; @returns what was said to Snowflake, and how it ended. */
async function run(work: (session: Session) => Promise<unknown>, refuse: string | null = null) {
  const { session, sessions, statements } = createRecordedSession((sql) => {
    if (sql === refuse) throw new ShardliftError("config", { failed: `${sql} was refused.` });
    return [];
  });
  let isLost = false;
  const own: Session = { ...session, isLost: () => isLost };
  const lose = () => {
    isLost = true;
  };
  const end = await runTransaction({ ...sessions, own: (inner) => inner(own) }, () =>
    work({ ...own, end: async () => lose() }),
  ).then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  );
  return { said: statements.map(({ sql }) => sql), end };
}

describe("a transaction", () => {
  test("begins, does its work and commits", async () => {
    expect(await run(async () => 7)).toEqual({ said: ["BEGIN TRANSACTION", "COMMIT"], end: { answer: 7 } });
  });

  test("whose work fails is rolled back, and says why", async () => {
    const found = await run(() => Promise.reject(new Error("stop here")));
    expect(found).toEqual({
      said: ["BEGIN TRANSACTION", "ROLLBACK"],
      end: { error: new Error("stop here") },
    });
  });

  test("says why its work failed where it cannot be rolled back either", async () => {
    const found = await run(() => Promise.reject(new Error("stop here")), "ROLLBACK");
    expect(found.end).toEqual({ error: new Error("stop here") });
  });

  test("whose session is lost says nothing more to it", async () => {
    const failing = await run(async (session) => {
      await session.end();
      throw new Error("stop here");
    });
    expect(failing.said).toEqual(["BEGIN TRANSACTION"]);
    const forgiving = await run((session) => session.end());
    expect(forgiving).toMatchObject({
      said: ["BEGIN TRANSACTION"],
      end: { error: { code: "outside", retryable: true } },
    });
  });

  test("whose COMMIT is refused, whatever the reason, has an unknown outcome", async () => {
    const found = await run(async () => 7, "COMMIT");
    expect(found.end).toMatchObject({
      error: { code: "outside", retryable: true, message: expect.stringContaining("whether it committed") },
    });
  });
});

describe("the lock row", () => {
  const names = nameRelations("db", { schema: "s", table: "t" });
  const take = (updated: string | null) =>
    takeLock(createRecordedSession(() => [{ "number of rows updated": updated }]).session, names);

  test("is taken where it is there, twice too", async () => {
    await take("1");
    await take("2");
  });

  test.each(["0", null])("is no lock where %s rows are updated", async (updated) => {
    await expect(take(updated)).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining('INSERT INTO "DB"."S"."T_LOCK"'),
    });
  });
});
