import { SnowflakeError, unknownObject } from "../errors.ts";
import type { Table, TableColumn } from "../model/catalog.ts";
import { createLoadMetadata } from "../model/load-metadata.ts";
import { type ObjectName, parseName, printName, quote } from "../model/names.ts";
import { rowId } from "../model/transactions.ts";
import { parseType } from "../model/types.ts";
import type { World } from "../model/world.ts";
import { parseText, splitList } from "../sql/tokens.ts";
import { ddl, done, type Handler, type Recognised, readName, type StatementKind } from "./context.ts";

const createSchema: Handler = async ({ world, client, places }) => {
  const [schema, database = client.session.database] = parseName(places.schema!)!.reverse();
  if (database === null || !world.account.databases.has(database!)) {
    throw new SnowflakeError(
      "unknown object",
      `SQL compilation error:\nDatabase '${database}' does not exist or not authorized.`,
    );
  }
  world.catalog.schemas.add(JSON.stringify([database, schema]));
  return done(`Schema ${schema} successfully created.`);
};

const createHot: Handler = (recognised) =>
  createTable(recognised, recognised.places.hot!, recognised.places.columns!);

/** Tables whose columns stand in their file: all between the brackets after the name. */
const createFixed =
  (place: string): Handler =>
  (recognised) => {
    const { sql } = recognised.statement;
    const name = recognised.places[place]!;
    const after = sql.slice(sql.indexOf(name) + name.length);
    return createTable(recognised, name, after.slice(after.indexOf("(") + 1, after.lastIndexOf(")")));
  };

async function createTable(recognised: Recognised, text: string, columns: string) {
  const { world } = recognised;
  const name = readName(recognised, text);
  if (world.catalog.find(name, "table")) return done(`${name[2]} already exists, statement succeeded.`);
  const parsed = splitList(columns).map((column) => parseColumn(world, column));
  const clusteredBy = recognised.places.clustering ? ["_DAY"] : [];
  await world.inTurn(() => makeTable(world, name, parsed, clusteredBy));
  return done(`Table ${name[2]} successfully created.`);
}

async function makeTable(
  world: World,
  name: ObjectName,
  columns: TableColumn[],
  clusteredBy: string[],
): Promise<void> {
  if (world.catalog.find(name, "table")) return;
  const table: Table = {
    kind: "table",
    name,
    storage: quote(`t${world.nextId()}`),
    columns,
    loads: createLoadMetadata(),
    clusteredBy,
  };
  const declared = columns.map((column) => `${quote(column.name)} ${column.type.duckdb}`);
  const connection = await world.database.connect();
  await connection.run(`CREATE TABLE ${table.storage} (${[`${rowId} BIGINT`, ...declared].join(", ")})`);
  connection.closeSync();
  // Last: whoever finds it by its name reads its rows.
  world.catalog.put(table);
}

const declared =
  /^("(?:[^"]|"")+") ([A-Z_]+(?:\(\d+(?:, ?\d+)?\))?)( NOT NULL)?( WITH MASKING POLICY "[^ ]+")?(?: COMMENT ('(?:[^'\\]|''|\\[\s\S])*'))?$/;

function parseColumn(world: World, text: string): TableColumn {
  const [whole, name, type, notNull, protection, comment] = declared.exec(text) ?? [];
  if (whole === undefined)
    throw new SnowflakeError("syntax", `SQL compilation error:\nsyntax error in the column ${text}`);
  return {
    name: parseName(name!)![0]!,
    type: parseType(type!),
    nullable: notNull === undefined,
    policy: readPolicy(world, protection ?? ""),
    comment: comment === undefined ? "" : parseText(comment),
  };
}

/** `WITH MASKING POLICY "DB"."SCHEMA"."NAME"`, or nothing. @throws SnowflakeError where there is no such policy */
export function readPolicy({ account }: World, protection: string): string | null {
  const text = protection.replace("WITH MASKING POLICY", "").trim();
  if (text === "") return null;
  const policy = printName(parseName(text)!);
  if (account.maskingPolicies.has(policy) && !account.hidden.has(policy)) return policy;
  throw unknownObject("Masking policy", policy);
}

export const tableStatements: Record<string, StatementKind> = {
  "create-schema": ddl(createSchema),
  "create-hot": ddl(createHot),
  "create-ledger": ddl(createFixed("ledger")),
  "create-lock": ddl(createFixed("lock")),
};
