import { renderSql, type SqlFragment } from "../../src/sql/render.ts";
import { readStatement } from "../../src/sql/statements.ts";

/** One of `sql/snowflake/verify`, its places filled. */
export function renderVerifySql(name: string, values: Record<string, SqlFragment>): string {
  return renderSql(readStatement(`snowflake/verify/${name}`), values);
}
