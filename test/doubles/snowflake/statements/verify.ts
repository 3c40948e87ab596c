import { SnowflakeError, unknownObject } from "../errors.ts";
import { parseName, printName } from "../model/names.ts";
import { untilAborted } from "../protocol/queries.ts";
import { buildColumn, type StatementResult, typeIds } from "../protocol/replies.ts";
import { parseText } from "../sql/tokens.ts";
import {
  ddl,
  done,
  type Handler,
  metadataOnly,
  onWarehouse,
  readName,
  type StatementKind,
} from "./context.ts";
import { ask } from "./queries.ts";
import { tableStatements } from "./tables.ts";

const answer = (text: string): StatementResult => ({
  columns: [buildColumn("ANSWER")],
  rows: [[text]],
  typeId: typeIds.select,
});

/** Documented: the user's own transactions, of whatever session. */
const abortTransaction: Handler = async ({ world, places }) => {
  const owner = [...world.clients.values()].find(({ transaction }) => String(transaction?.id) === places.id);
  owner?.transaction?.abort();
  return answer(owner === undefined ? "Transaction is not running." : "Transaction aborted.");
};

const createScratch: Handler = async (recognised) => {
  const { world, places } = recognised;
  const name = parseName(places.schema!)!;
  if (!world.catalog.schemas.has(JSON.stringify(name)))
    return tableStatements["create-schema"]!.run(recognised);
  throw new SnowflakeError(
    "object exists",
    `SQL compilation error:\nObject '${printName(name)}' already exists.`,
  );
};

const dropScratch: Handler = async ({ world, places }) => {
  const [database, schema] = parseName(places.schema!)!;
  for (const object of world.catalog.all())
    if (object.name[0] === database && object.name[1] === schema) world.catalog.remove(object);
  world.catalog.schemas.delete(JSON.stringify([database, schema]));
  return done(`${schema} successfully dropped.`);
};

/** Assumed: a condition on the view's day reaches the inventory's partitions. */
const explainCold: Handler = async (recognised) => {
  const { world, places } = recognised;
  const name = readName(recognised, places.cold!);
  const view = world.catalog.require(name, "view");
  const source = /FROM ("[^ ]+) AS files/.exec(view.body)?.[1];
  const table =
    source === undefined ? null : world.catalog.find(readName(recognised, source), "external table");
  if (table === null) throw unknownObject("Table", printName(name));
  const paths = [...table.files.keys()];
  const assigned = paths.filter((path) => path.includes(`/day=${parseText(places.day!)}/`));
  const columns = ["operation", "objects", "partitionsTotal", "partitionsAssigned"].map((one) =>
    buildColumn(one),
  );
  const counts = [paths.length, assigned.length].map(String);
  return { columns, rows: [["ExternalScan", printName(table.name), ...counts]], typeId: typeIds.select };
};

const wait: Handler = async ({ world, places, statement }) => {
  const slept = new Promise<void>((resolve) => {
    world.clock.at(world.clock.now() + Number(places.seconds) * 1000, resolve);
  });
  await untilAborted(slept, statement.signal);
  return answer(`waited ${places.seconds} seconds`);
};

export const verifyStatements: Record<string, StatementKind> = {
  "verify/abort-transaction": metadataOnly(abortTransaction),
  "verify/create-scratch": ddl(createScratch),
  "verify/drop-scratch": ddl(dropScratch),
  "verify/explain-cold": metadataOnly(explainCold),
  "verify/read-keys": onWarehouse(ask),
  "verify/read-partitions": onWarehouse(ask),
  "verify/read-values": onWarehouse(ask),
  "verify/wait": onWarehouse(wait),
};
