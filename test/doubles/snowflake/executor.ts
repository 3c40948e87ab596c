import { readdirSync } from "node:fs";
import { SnowflakeError, unknownStatement } from "./errors.ts";
import {
  type Client,
  closeClient,
  endTransaction,
  interruptible,
  openClient,
  refuseAborted,
} from "./model/clients.ts";
import { duckdbError } from "./model/duckdb-errors.ts";
import type { World } from "./model/world.ts";
import type { Executor, Statement } from "./protocol/queries.ts";
import { bootstrapStatements } from "./statements/bootstrap.ts";
import { columnStatements } from "./statements/columns.ts";
import type { StatementKind } from "./statements/context.ts";
import { copyStatements } from "./statements/copy.ts";
import { inventoryStatements } from "./statements/inventory.ts";
import { mergeStatements } from "./statements/merge.ts";
import { type Pattern, readPattern } from "./statements/patterns.ts";
import { queryStatements, question } from "./statements/queries.ts";
import { rowStatements } from "./statements/rows.ts";
import { sessionStatements } from "./statements/session.ts";
import { tableStatements } from "./statements/tables.ts";
import { matchTrap, trapStatement } from "./statements/traps.ts";
import { verifyStatements } from "./statements/verify.ts";
import { viewStatements } from "./statements/views.ts";

/** What each file of sql/snowflake does, by its name. */
export const statementKinds: Readonly<Record<string, StatementKind>> = {
  ...sessionStatements,
  ...tableStatements,
  ...columnStatements,
  ...viewStatements,
  ...rowStatements,
  ...mergeStatements,
  ...copyStatements,
  ...inventoryStatements,
  ...queryStatements,
  ...bootstrapStatements,
  ...verifyStatements,
};

/** Names of the files below sql/snowflake. */
export function listStatementFiles(): string[] {
  const folder = new URL("../../../sql/snowflake/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".sql"))
    .map((file) => file.slice(0, -4))
    .sort();
}

interface Found {
  name: string;
  kind: StatementKind;
  places: Record<string, string>;
}

/** @throws SnowflakeError 001003 where no file's pattern fits */
function recognise(patterns: readonly Pattern[], sql: string): Found {
  for (const { name, match } of patterns) {
    const places = match(sql);
    const kind = statementKinds[name];
    if (places !== null && kind !== undefined) return { name, kind, places };
  }
  const trap = matchTrap(sql);
  if (trap !== null) return { name: "trap", kind: trapStatement, places: trap };
  if (/^\s*(SELECT|WITH)\b/i.test(sql)) return { name: "question", kind: question, places: {} };
  throw unknownStatement(sql, "it is none of sql/snowflake");
}

/** Executes the statements that stand in sql/snowflake, and people's SELECT; refuses all else. */
export function createExecutor(world: World): Executor {
  const patterns = listStatementFiles().map(readPattern);
  return {
    async execute(session, statement) {
      const client = await openClient(world, session);
      const found = recognise(patterns, statement.sql);
      world.executed.push(found.name);
      client.idleSinceMs = null;
      try {
        await prepare(world, client, found);
        const work = () => run(world, client, found, statement);
        // What ends a transaction or changes definitions is short, and done as a whole.
        return await (found.kind.warehouse ? interruptible(client, statement.signal, work) : work());
      } catch (error) {
        throw duckdbError(error);
      } finally {
        client.idleSinceMs = world.clock.now();
      }
    },
    end: (session) => closeClient(world, session),
  };
}

function run(world: World, client: Client, { kind, places }: Found, statement: Statement) {
  return kind.run({ world, client, places, statement });
}

/** What comes before any statement of its kind. */
async function prepare(world: World, client: Client, { name, kind }: Found): Promise<void> {
  if (kind.commits) await endTransaction(world, client, "commit");
  if (!kind.warehouse) return;
  if (name !== "rollback") refuseAborted(world, client);
  const { warehouse } = client.session;
  if (warehouse === null || !world.account.warehouses.has(warehouse)) {
    throw new SnowflakeError(
      "no warehouse",
      "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command.",
    );
  }
  if (world.account.warehouses.get(warehouse) !== "suspended") return;
  throw new SnowflakeError(
    "warehouse suspended",
    `Warehouse '${warehouse}' cannot be resumed because resource monitor 'LIMIT' has exceeded its quota.`,
  );
}
