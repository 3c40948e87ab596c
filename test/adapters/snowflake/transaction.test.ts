import { describe, expect, test } from "vitest";
import { nameRelations } from "../../../src/adapters/snowflake/names.ts";
import type { Row } from "../../../src/adapters/snowflake/statement.ts";
import {
  type OpenTransaction,
  runTransaction,
  takeLock,
} from "../../../src/adapters/snowflake/transaction.ts";
import { ShardliftError } from "../../../src/errors.ts";
import { createRecordedSession } from "./recorded-session.ts";

const names = nameRelations("db", { schema: "s", table: "t" });

interface Server {
  refuses?: string;
  /** What CURRENT_TRANSACTION says, time by time. */
  open?: (string | null)[];
  /** Marks in the lock table after COMMIT. */
  marks?: string[];
}

/** Runs the work; @returns what was said to Snowflake, and how it ended. */
async function run(work: (transaction: OpenTransaction) => Promise<unknown>, server: Server = {}) {
  const open = [...(server.open ?? ["7", "7"])];
  const { session, sessions, statements } = createRecordedSession((sql): Row[] => {
    if (sql === server.refuses) throw new ShardliftError("config", { failed: `${sql} was refused.` });
    if (/CURRENT_TRANSACTION/.test(sql)) return [{ TRANSACTION: open.shift() ?? null }];
    if (/^SELECT "LOCKED_BY"/.test(sql)) return (server.marks ?? ["7"]).map((LOCKED_BY) => ({ LOCKED_BY }));
    return [{ "number of rows updated": "1" }];
  });
  let isLost = false;
  const own = {
    ...session,
    run: (...asked: Parameters<typeof session.run>) =>
      isLost
        ? Promise.reject(new ShardliftError("outside", { failed: "gone" }, { retryable: true }))
        : session.run(...asked),
    isLost: () => isLost,
    end: async () => {
      isLost = true;
    },
  };
  const end = await runTransaction({ ...sessions, own: (inner) => inner(own) }, work).then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  );
  return { said: statements.map(({ sql }) => sql.split(" ").slice(0, 2).join(" ")), end };
}

const retryable = (message: string) => ({
  error: { code: "outside", retryable: true, message: expect.stringContaining(message) },
});
const begun = ["BEGIN TRANSACTION", "SELECT CURRENT_TRANSACTION()"];
const looked = "SELECT CURRENT_TRANSACTION()";

describe("a transaction", () => {
  test("begins, does its work, looks whether it is still the one, and commits", async () => {
    expect(await run(async () => 7)).toEqual({ said: [...begun, looked, "COMMIT"], end: { answer: 7 } });
  });

  test("that took the lock row finds its mark there after COMMIT", async () => {
    const found = await run((transaction) => takeLock(transaction, names));
    expect(found.said).toEqual([
      ...begun,
      'UPDATE "DB"."S"."T_LOCK"',
      looked,
      "COMMIT",
      'SELECT "LOCKED_BY"',
    ]);
    expect(found.end).toEqual({ answer: undefined });
  });

  test.each([[["8"]], [["7", "8"]], [[]]])(
    "whose mark is not there has an unknown outcome: %j",
    async (marks) => {
      const found = await run((transaction) => takeLock(transaction, names), { marks });
      expect(found.end).toMatchObject(retryable("whether it committed"));
    },
  );

  test("whose work fails is rolled back, and says why", async () => {
    const found = await run(() => Promise.reject(new Error("stop here")));
    expect(found).toEqual({ said: [...begun, looked, "ROLLBACK"], end: { error: new Error("stop here") } });
  });

  test("whose work fails since Snowflake had ended it says that", async () => {
    const found = await run(() => Promise.reject(new Error("no row")), { open: ["7", "8"] });
    expect(found.end).toMatchObject(retryable("ended the transaction before it was committed"));
  });

  test("says why its work failed where it cannot be rolled back either", async () => {
    const found = await run(() => Promise.reject(new Error("stop here")), { refuses: "ROLLBACK" });
    expect(found.end).toEqual({ error: new Error("stop here") });
  });

  test.each([["8"], [null]])("that is another one before COMMIT is rolled back: %j", async (now) => {
    const found = await run(async () => 7, { open: ["7", now, now] });
    expect(found.said).toEqual([...begun, looked, looked, "ROLLBACK"]);
    expect(found.end).toMatchObject(retryable("ended the transaction before it was committed"));
  });

  test("that is none after BEGIN does no work", async () => {
    const found = await run(() => Promise.reject(new Error("never")), { open: [null] });
    expect(found.end).toMatchObject(retryable("no transaction is open after BEGIN"));
  });

  test("whose session is lost says nothing more to it", async () => {
    const failing = await run(async ({ session }) => {
      await session.end();
      throw new Error("stop here");
    });
    expect(failing.said).toEqual(begun);
    const forgiving = await run(({ session }) => session.end());
    expect(forgiving).toMatchObject({ said: begun, end: { error: { code: "outside", retryable: true } } });
  });

  test("whose COMMIT is refused, whatever the reason, has an unknown outcome", async () => {
    const found = await run(async () => 7, { refuses: "COMMIT" });
    expect(found.end).toMatchObject(retryable("whether it committed"));
  });
});

describe("the lock row", () => {
  const take = async (updated: string | null) => {
    const { session } = createRecordedSession(() => [{ "number of rows updated": updated }]);
    const transaction: OpenTransaction = { session, id: "7", held: null };
    await takeLock(transaction, names);
    return transaction.held;
  };

  test("is taken where it is there, twice too", async () => {
    expect(await take("1")).toEqual(names.lock);
    expect(await take("2")).toEqual(names.lock);
  });

  test.each(["0", null])("is no lock where %s rows are updated", async (updated) => {
    await expect(take(updated)).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining('INSERT INTO "DB"."S"."T_LOCK"'),
    });
  });
});
