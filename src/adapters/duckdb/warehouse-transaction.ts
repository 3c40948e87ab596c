import type { WarehouseTransaction } from "../../ports.ts";
import { fragment, literal, type SqlFragment } from "../../sql/render.ts";
import type { Database } from "./database.ts";
import { copyGeneration } from "./warehouse-copy.ts";
import { buildUnknownOutcome, translateError } from "./warehouse-errors.ts";
import type { FindPath } from "./warehouse-files.ts";
import { readLedgerRows, writeLedgerRows } from "./warehouse-ledger.ts";
import { measureFiles, measureRelation } from "./warehouse-measure.ts";
import type { Relations } from "./warehouse-names.ts";
import { renderWarehouseSql } from "./warehouse-sql.ts";
import { writeViews } from "./warehouse-views.ts";

/** Runs `work` between BEGIN and COMMIT; where it moved the ledger, the views move in the same transaction. */
export async function runTransaction<T>(
  database: Database,
  names: Relations,
  findPath: FindPath,
  work: (transaction: WarehouseTransaction) => Promise<T>,
): Promise<T> {
  const state = { moved: false };
  const result = await runBetween(database, async () => {
    const answer = await work(createTransaction(database, names, findPath, state));
    if (state.moved) await writeViews(database, names, findPath);
    return answer;
  });
  return result;
}

/** BEGIN, work, COMMIT; ROLLBACK where the work rejects. A COMMIT that rejects has an unknown outcome. */
export async function runBetween<T>(database: Database, work: () => Promise<T>): Promise<T> {
  await database.run("BEGIN TRANSACTION");
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // A fault that ended the transaction leaves nothing to roll back, and its own message counts.
    await database.run("ROLLBACK").catch(() => {});
    throw translateError(error, "The warehouse could not do its part.");
  }
  await database.run("COMMIT").catch((cause) => {
    throw buildUnknownOutcome(cause);
  });
  return result;
}

function createTransaction(
  database: Database,
  names: Relations,
  findPath: FindPath,
  state: { moved: boolean },
): WarehouseTransaction {
  return {
    copy: (generation) => copyGeneration(database, names, generation, findPath),
    lock: () => database.run(renderWarehouseSql("take-lock", { lock: names.lock })),
    readLedger: (days) => readLedgerRows(database, names, days),
    writeLedger: (rows) => {
      state.moved ||= rows.length > 0;
      return writeLedgerRows(database, names, rows);
    },
    deleteHot: (day, which) => {
      const condition = renderGenerationCondition(which);
      return database.run(renderWarehouseSql("delete-hot", { hot: names.hot, condition }), { day });
    },
    measureHot: (days) => measureRelation(database, names, names.hot, days),
    measureCold: (generations) => measureFiles(database, names, generations, findPath),
  };
}

function renderGenerationCondition(
  which: { all: true } | { except: string } | { only: string },
): SqlFragment {
  if ("all" in which) return fragment("true");
  const [operator, generation] = "except" in which ? ["IS DISTINCT FROM", which.except] : ["=", which.only];
  return fragment(`_generation ${operator} ${literal(generation).sql}`);
}
