import { SnowflakeError } from "../errors.ts";
import { beginTransaction, endTransaction, refuseAborted } from "../model/clients.ts";
import { parseName, printName } from "../model/names.ts";
import { buildColumn, typeIds } from "../protocol/replies.ts";
import { parseText } from "../sql/tokens.ts";
import { done, type Handler, metadataOnly, type StatementKind } from "./context.ts";

const alterSession: Handler = async ({ client, places }) => {
  const value = places.value!;
  client.session.parameters.set(
    places.parameter!,
    value.startsWith("'") ? parseText(value) : parseValue(value),
  );
  return done();
};

function parseValue(text: string): number | boolean {
  return /^\d+$/.test(text) ? Number(text) : text === "TRUE";
}

const useWarehouse: Handler = async ({ world, client, places }) => {
  const name = parseName(places.warehouse!)!;
  if (!world.account.warehouses.has(printName(name)) || world.account.hidden.has(printName(name))) {
    throw new SnowflakeError(
      "unknown warehouse",
      `SQL compilation error:\nObject does not exist, or operation cannot be performed. Warehouse '${printName(name)}'.`,
    );
  }
  client.session.warehouse = printName(name);
  return done();
};

const begin: Handler = async ({ world, client }) => {
  refuseAborted(world, client);
  beginTransaction(world, client, "explicit");
  return done();
};

const commit: Handler = async ({ world, client }) => {
  refuseAborted(world, client);
  await endTransaction(world, client, "commit");
  return done();
};

const rollback: Handler = async ({ world, client }) => {
  client.isAborted = false;
  await endTransaction(world, client, "rollback");
  return done();
};

const currentTransaction: Handler = async ({ world, client }) => {
  refuseAborted(world, client);
  const id = client.transaction === null ? null : String(client.transaction.id);
  return { columns: [buildColumn("TRANSACTION")], rows: [[id]], typeId: typeIds.select };
};

export const sessionStatements: Record<string, StatementKind> = {
  "alter-session": metadataOnly(alterSession),
  "use-warehouse": metadataOnly(useWarehouse),
  begin: metadataOnly(begin),
  commit: metadataOnly(commit),
  rollback: metadataOnly(rollback),
  "current-transaction": metadataOnly(currentTransaction),
};
