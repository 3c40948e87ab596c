import { SnowflakeError } from "../errors.ts";
import { runChange } from "../model/changes.ts";
import { quote } from "../model/names.ts";
import { type RowChange, renderVisible, rowId } from "../model/transactions.ts";
import { typeIds } from "../protocol/replies.ts";
import { translate } from "../sql/translate.ts";
import {
  buildScope,
  type Handler,
  onWarehouse,
  type Recognised,
  readName,
  type StatementKind,
} from "./context.ts";
import { count } from "./rows.ts";

/** MERGE by day: no key holds, so every row of a matched day is updated, and two that insert a day make two rows. */
const mergeLedger: Handler = async (recognised) => {
  const { world, client, places, statement } = recognised;
  const table = world.catalog.require(readName(recognised, places.ledger!), "table");
  const source = await translateSource(recognised);
  const names = table.columns.map(({ name }) => quote(name)).join(", ");
  const plan = async (): Promise<RowChange> => {
    const seen = renderVisible(table, client.transaction);
    await refuseAmbiguous(recognised, source, seen);
    const matched = `FROM ${seen} AS ledger JOIN ${source} AS moved ON ledger."DAY" = moved."DAY"`;
    const updated = `SELECT ledger.${rowId}, moved.* ${matched}`;
    const inserted = `SELECT nextval('row_ids') AS ${rowId}, moved.* FROM ${source} AS moved WHERE NOT EXISTS (FROM ${seen} AS ledger WHERE ledger."DAY" = moved."DAY")`;
    return {
      removed: `SELECT ledger.${rowId} ${matched}`,
      added: `SELECT ${rowId}, ${names} FROM (${updated} UNION ALL BY NAME ${inserted})`,
    };
  };
  const { removed, added } = await runChange(
    world,
    client,
    { table, locks: "table", plan },
    statement.signal,
  );
  return count(
    ["number of rows inserted", "number of rows updated"],
    [added - removed, removed],
    typeIds.merge,
  );
};

/** The query after USING. */
async function translateSource(recognised: Recognised): Promise<string> {
  const { sql } = recognised.statement;
  const from = sql.indexOf("USING (\n") + "USING (".length;
  return `(${await translate(sql.slice(from, sql.indexOf("\n) AS moved")), buildScope(recognised))})`;
}

/** Documented: a target row that several source rows match is an error (ERROR_ON_NONDETERMINISTIC_MERGE). */
async function refuseAmbiguous({ client }: Recognised, source: string, seen: string): Promise<void> {
  const sql = `SELECT moved."DAY"::VARCHAR FROM ${source} AS moved WHERE moved."DAY" IN (SELECT "DAY" FROM ${seen}) GROUP BY 1 HAVING count(*) > 1`;
  const [found] = (await client.connection.runAndReadAll(sql)).getRows();
  if (found === undefined) return;
  throw new SnowflakeError(
    "merge ambiguous",
    `Duplicate row detected during DML action\nRow Values: [${found[0]}]`,
  );
}

export const mergeStatements: Record<string, StatementKind> = { "merge-ledger": onWarehouse(mergeLedger) };
