import { SnowflakeError } from "../errors.ts";
import type { Table, TableColumn } from "../model/catalog.ts";
import { parseName, printName, quote } from "../model/names.ts";
import { parseType } from "../model/types.ts";
import type { World } from "../model/world.ts";
import { parseText } from "../sql/tokens.ts";
import { ddl, done, type Handler, type Recognised, readName, type StatementKind } from "./context.ts";
import { readPolicy } from "./tables.ts";

const addColumn: Handler = async (recognised) => {
  const { world, places } = recognised;
  const table = findTable(recognised);
  const name = readColumn(places.column!);
  const type = parseType(places.type!);
  const policy = readPolicy(world, places.protection!);
  return world.inTurn(async () => {
    if (findColumn(table, name)) return done(`${name} already exists, statement succeeded.`);
    await alterStorage(world, table, `ADD COLUMN ${quote(name)} ${type.duckdb}`);
    table.columns.push({ name, type, nullable: true, policy, comment: parseText(places.comment!) });
    return done();
  });
};

const commentColumn: Handler = async (recognised) => {
  const column = requireColumn(findTable(recognised), readColumn(recognised.places.column!));
  column.comment = parseText(recognised.places.comment!);
  return done();
};

/** Documented: FORCE puts it in the place of another one. */
const maskColumn: Handler = async (recognised) => {
  const { world, places } = recognised;
  const column = requireColumn(findTable(recognised), readColumn(places.column!));
  column.policy = readPolicy(world, places.policy!);
  return done();
};

const dropColumn: Handler = async (recognised) => {
  const { world, places } = recognised;
  const table = findTable(recognised);
  const name = readColumn(places.column!);
  return world.inTurn(async () => {
    if (findColumn(table, name) === undefined) return done("Column does not exist, statement succeeded.");
    await alterStorage(world, table, `DROP COLUMN ${quote(name)}`);
    table.columns = table.columns.filter((column) => column.name !== name);
    return done();
  });
};

const renameColumn: Handler = async (recognised) => {
  const { world, places } = recognised;
  const table = findTable(recognised);
  const [from, to] = [readColumn(places.column!), readColumn(places.name!)];
  return world.inTurn(async () => {
    const column = requireColumn(table, from);
    if (findColumn(table, to))
      throw new SnowflakeError("column exists", `SQL compilation error:\nambiguous column name '${to}'`);
    await alterStorage(world, table, `RENAME COLUMN ${quote(from)} TO ${quote(to)}`);
    column.name = to;
    return done();
  });
};

function findTable(recognised: Recognised): Table {
  return recognised.world.catalog.require(readName(recognised, recognised.places.hot!), "table");
}

function readColumn(text: string): string {
  return parseName(text)![0]!;
}

function findColumn(table: Table, name: string): TableColumn | undefined {
  return table.columns.find((column) => column.name === name);
}

function requireColumn(table: Table, name: string): TableColumn {
  const found = findColumn(table, name);
  if (found !== undefined) return found;
  throw new SnowflakeError(
    "unknown column",
    `SQL compilation error:\ncolumn '${name}' does not exist in ${printName(table.name)}`,
  );
}

/** The committed rows, and what open transactions hold of the table: they go on with the table as it is now. */
async function alterStorage(world: World, table: Table, what: string): Promise<void> {
  const connection = await world.database.connect();
  await connection.run(`ALTER TABLE ${table.storage} ${what}`);
  connection.closeSync();
  for (const client of world.clients.values()) {
    const overlay = client.transaction?.overlays.get(table.storage);
    if (overlay !== undefined) await client.connection.run(`ALTER TABLE ${overlay.added} ${what}`);
  }
}

export const columnStatements: Record<string, StatementKind> = {
  "add-column": ddl(addColumn),
  "comment-column": ddl(commentColumn),
  "mask-column": ddl(maskColumn),
  "drop-column": ddl(dropColumn),
  "rename-column": ddl(renameColumn),
};
