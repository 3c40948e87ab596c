import { createHash } from "node:crypto";
import { ShardliftError } from "../../errors.ts";
import { fragment, identifier, join, literal, type SqlFragment } from "../../sql/render.ts";
import { renderColumnValue } from "./column-types.ts";
import { describeOwnColumns, type TableColumn } from "./columns.ts";
import { foldName, nameQualified, type Relations } from "./names.ts";
import type { Session } from "./session.ts";
import { literalText, renderSnowflakeSql } from "./sql.ts";

/** Masking policies by upper-cased column; for personal data. */
export type Masking = ReadonlyMap<string, string>;

const source = fragment("files.VALUE");

/** So many runs may add columns to one table at the same moment. */
const maxAttempts = 8;

/** The table's columns as expressions over a row of a file. @param replaced by upper-cased column */
export function renderFileValues(
  columns: readonly TableColumn[],
  replaced: ReadonlyMap<string, SqlFragment>,
): SqlFragment[] {
  return columns.map(({ upperName, column }) => replaced.get(upperName) ?? renderColumnValue(source, column));
}

/** `WITH MASKING POLICY …`, or nothing. */
export function renderProtection(upperName: string, masking: Masking): SqlFragment {
  const policy = masking.get(upperName);
  return fragment(policy === undefined ? "" : `WITH MASKING POLICY ${nameQualified(policy).sql}`);
}

/**
 * Makes those views anew that are not made of the table as it is now; each replacement is one statement, so that
 * readers see the one or the other. Another run may add a column meanwhile: then they are looked at again.
 */
export async function writeViews(session: Session, names: Relations, masking: Masking): Promise<void> {
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const columns = (await describeOwnColumns(session, names.hot)) ?? [];
    const present = await readDigests(session, names);
    const stale = renderViews(names, columns, masking).filter(
      ({ name, digest }) => present.get(name) !== digest,
    );
    if (stale.length === 0) return;
    for (const { name, sql } of stale) await session.run(sql, { failed: `The view ${name} cannot be made.` });
  }
  throw new ShardliftError(
    "outside",
    {
      failed: `The views of ${names.hot.sql} do not come to rest.`,
      rule: "views are made of the table as it is, and keep the comment that says so",
      received: `other columns or comments after each of ${maxAttempts} attempts`,
      remedy: "look who alters the table or comments its views, then run again",
    },
    { retryable: true },
  );
}

export interface View {
  /** As Snowflake lists it. */
  name: string;
  /** Stands in its comment: of all it was made from. */
  digest: string;
  sql: string;
}

/** The three views of a table, in the order in which they build on each other. */
export function renderViews(names: Relations, columns: readonly TableColumn[], masking: Masking): View[] {
  const { cold, all, days, hot, files, ledger } = names;
  const list = columns.map(({ upperName }) => identifier(upperName));
  const masked = columns.map(({ upperName }) =>
    fragment(`${identifier(upperName).sql} ${renderProtection(upperName, masking).sql}`.trim()),
  );
  const values = join(renderFileValues(columns, new Map([["_DAY", fragment('files."FILE_DAY"')]])));
  // A view keeps the types that it was made with.
  const types = columns.map(({ type }) => type).join();
  return [
    buildView(`${names.bare}${foldName("_cold")}`, types, (digest) =>
      renderSnowflakeSql("create-cold-view", { cold, names: join(masked), values, files, ledger, digest }),
    ),
    buildView(`${names.bare}${foldName("_all")}`, types, (digest) =>
      renderSnowflakeSql("create-all-view", { all, names: join(list), hot, cold, ledger, digest }),
    ),
    buildView(`${names.bare}${foldName("_days")}`, "", (digest) =>
      renderSnowflakeSql("create-days-view", { days, ledger, digest }),
    ),
  ];
}

function buildView(name: string, types: string, render: (digest: SqlFragment) => string): View {
  const digest = createHash("sha256")
    .update(`${render(literal(""))}\n${types}`)
    .digest("hex");
  return { name, digest, sql: render(literal(digest)) };
}

/** By view; what else begins like the table's name is passed over. */
async function readDigests(session: Session, { schema, bare }: Relations): Promise<Map<string, string>> {
  const rows = await session.run(renderSnowflakeSql("show-views", { schema, prefix: literalText(bare) }));
  return new Map(rows.map((row) => [row.name ?? "", row.comment ?? ""]));
}
