import { identifier, type SqlFragment } from "../../sql/render.ts";
import { describeColumns } from "./columns.ts";
import type { Relations } from "./names.ts";
import type { Sessions } from "./sessions.ts";
import { renderSnowflakeSql } from "./sql.ts";
import { runTransaction, takeLock } from "./transaction.ts";

export interface WideColumn {
  hot: SqlFragment;
  column: SqlFragment;
  comment: SqlFragment;
  type: SqlFragment;
  /** The masking policy that the twin has from its beginning; or empty. */
  protection: SqlFragment;
  upperName: string;
}

/** What a column and its values are called while it is widened. */
export function nameTwins(upperName: string): { wide: string; narrow: string } {
  return { wide: `${upperName}__WIDE`, narrow: `${upperName}__NARROW` };
}

/**
 * Gives a column a wider type. Snowflake changes neither digits after the point nor a number into text in place, so
 * its values move to a twin that takes its name. The lock row is held by another session all the while (DDL would end
 * a transaction here): no load can commit between the copy of the values and the change of names. Steps that a killed
 * run left are found and gone on with.
 */
export async function widenColumn(
  sessions: Sessions,
  names: Relations,
  { upperName, ...places }: WideColumn,
): Promise<void> {
  const twins = nameTwins(upperName);
  const [wide, narrow] = [identifier(twins.wide), identifier(twins.narrow)];
  const { hot, column, type, comment, protection } = places;
  const session = await sessions.share();
  const run = (name: string, values: Record<string, SqlFragment>) =>
    session.run(renderSnowflakeSql(name, values), { pace: "long", failed: `${hot.sql} cannot be widened.` });
  const holds = async (name: string) =>
    ((await describeColumns(session, hot)) ?? []).find((found) => found.upperName === name);
  await runTransaction(sessions, async (holder) => {
    await takeLock(holder, names);
    const isNarrow = (await holds(upperName))?.type !== type.sql;
    if (isNarrow && (await holds(twins.narrow)) === undefined) {
      await run("add-column", { hot, column: wide, type, protection, comment });
      await run("fill-column", { hot, wide, column, type });
      await run("rename-column", { hot, column, name: narrow });
    }
    if (isNarrow) await run("rename-column", { hot, column: wide, name: column });
    await run("comment-column", { hot, column, comment });
    await run("drop-column", { hot, column: narrow });
  });
}
