import { ShardliftError } from "../../errors.ts";
import type { QueryResult } from "../../ports.ts";
import { translateQueryError } from "./errors.ts";
import type { Doing } from "./known-errors.ts";
import type { Session } from "./session.ts";

const reading = /^(SELECT|WITH|SHOW|DESC|DESCRIBE|EXPLAIN|LIST|LS|VALUES)\b/i;

/**
 * Runs a person's statement. Snowflake has no session that only reads, so the first word decides, and a session runs
 * one statement a call; what the role may do decides the rest.
 */
export async function runQuery(
  session: Session,
  sql: string,
  doing: Omit<Doing, "failed">,
): Promise<QueryResult> {
  const text = sql.trim().replace(/;\s*$/, "");
  if (text === "") throw new ShardliftError("usage", { failed: "There is no statement to answer." });
  refuseWrites(text);
  const failed = "The query failed.";
  try {
    const { columns, rows } = await session.stream(text);
    return { columns, rows: translateRows(rows, { ...doing, failed }) };
  } catch (error) {
    throw translateQueryError(error, { ...doing, failed });
  }
}

async function* translateRows(rows: QueryResult["rows"], doing: Doing): QueryResult["rows"] {
  try {
    yield* rows;
  } catch (error) {
    throw translateQueryError(error, doing);
  }
}

/** Comments and parentheses may come before the word that says what a statement is. */
function refuseWrites(text: string): void {
  const bare = text.replace(/^(\s|\(|--[^\n]*(\n|$)|\/\/[^\n]*(\n|$)|\/\*[\s\S]*?\*\/)+/, "");
  if (reading.test(bare)) return;
  throw new ShardliftError("usage", {
    failed: "The query was refused.",
    rule: "query only reads: SELECT, WITH, SHOW, DESCRIBE, EXPLAIN and LIST",
    received: `a statement that begins with ${JSON.stringify(bare.split(/\s/, 1)[0])}`,
    remedy: "change things with a client of your own",
  });
}
