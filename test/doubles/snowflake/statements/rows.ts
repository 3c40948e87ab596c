import type { Table } from "../model/catalog.ts";
import { runChange } from "../model/changes.ts";
import { parseName, quote, quoteText } from "../model/names.ts";
import { type RowChange, renderVisible, rowId } from "../model/transactions.ts";
import { buildColumn, type StatementResult, typeIds } from "../protocol/replies.ts";
import { parseText } from "../sql/tokens.ts";
import { translate } from "../sql/translate.ts";
import {
  buildScope,
  type Handler,
  onWarehouse,
  type Recognised,
  readName,
  type StatementKind,
} from "./context.ts";

const newId = `nextval('row_ids') AS ${rowId}`;

/** DELETE: the condition is what stands after WHERE. */
const deleteRows: Handler = async (recognised) => {
  const table = findTable(recognised, "hot");
  const condition = await translateAfter(recognised, " WHERE ");
  const counts = await change(recognised, table, "table", () => ({
    removed: `SELECT ${rowId} FROM ${see(recognised, table)} WHERE ${condition}`,
    added: null,
  }));
  return count(["number of rows deleted"], [counts.removed], typeIds.delete);
};

const takeLock: Handler = async (recognised) => {
  const table = findTable(recognised, "lock");
  return update(
    recognised,
    table,
    async () => ({
      LOCKED_AT: await translate("CURRENT_TIMESTAMP()", buildScope(recognised)),
      LOCKED_BY: quoteText(parseText(recognised.places.transaction!)),
    }),
    "TRUE",
  );
};

const fillColumn: Handler = async (recognised) => {
  const { places } = recognised;
  const wide = parseName(places.wide!)![0]!;
  const value = await translate(`${places.column}::${places.type}`, buildScope(recognised));
  const condition = await translateAfter(recognised, " WHERE ");
  return update(recognised, findTable(recognised, "hot"), async () => ({ [wide]: value }), condition);
};

const fillLock: Handler = async (recognised) => {
  const table = findTable(recognised, "lock");
  const counts = await change(recognised, table, "nothing", () => ({
    removed: null,
    added: `SELECT ${newId}, CAST(1 AS DECIMAL(38,0)) AS "ONLY_ROW", CAST(NULL AS TIMESTAMPTZ) AS "LOCKED_AT", CAST(NULL AS VARCHAR) AS "LOCKED_BY" WHERE NOT EXISTS (FROM ${see(recognised, table)})`,
  }));
  return count(["number of rows inserted"], [counts.added], typeIds.insert);
};

async function update(
  recognised: Recognised,
  table: Table,
  readSet: () => Promise<Record<string, string>>,
  condition: string,
): Promise<StatementResult> {
  const set = Object.entries(await readSet()).map(([name, value]) => `${value} AS ${quote(name)}`);
  const counts = await change(recognised, table, "table", () => {
    const rows = `FROM ${see(recognised, table)} WHERE ${condition}`;
    return { removed: `SELECT ${rowId} ${rows}`, added: `SELECT * REPLACE (${set.join(", ")}) ${rows}` };
  });
  return count(
    ["number of rows updated", "number of multi-joined rows updated"],
    [counts.added, 0],
    typeIds.update,
  );
}

function findTable(recognised: Recognised, place: string): Table {
  return recognised.world.catalog.require(readName(recognised, recognised.places[place]!), "table");
}

function see({ client }: Recognised, table: Table): string {
  return renderVisible(table, client.transaction);
}

/** What stands after the last such word of the statement, as an expression of DuckDB's. */
async function translateAfter(recognised: Recognised, word: string): Promise<string> {
  const { sql } = recognised.statement;
  const { hot } = recognised.places;
  const rest = sql.slice(sql.indexOf(hot!) + hot!.length);
  return translate(rest.slice(rest.indexOf(word) + word.length).replace(/;$/, ""), buildScope(recognised));
}

export function change(
  recognised: Recognised,
  table: Table,
  locks: "table" | "nothing",
  plan: () => RowChange,
) {
  const { world, client, statement } = recognised;
  return runChange(world, client, { table, locks, plan: async () => plan() }, statement.signal);
}

export function count(names: readonly string[], values: readonly number[], typeId: number): StatementResult {
  return { columns: names.map((name) => buildColumn(name, "fixed")), rows: [values.map(String)], typeId };
}

export const rowStatements: Record<string, StatementKind> = {
  "delete-hot-all": onWarehouse(deleteRows),
  "delete-hot-except": onWarehouse(deleteRows),
  "delete-hot-only": onWarehouse(deleteRows),
  "take-lock": onWarehouse(takeLock),
  "fill-column": onWarehouse(fillColumn),
  "fill-lock": onWarehouse(fillLock),
};
