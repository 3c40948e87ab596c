import type { TableName } from "../../config/types.ts";
import { type Evolution, planEvolution } from "../../days/evolution.ts";
import type { Column } from "../../days/schema.ts";
import { ShardliftError } from "../../errors.ts";
import { fragment, identifier, join, type SqlFragment } from "../../sql/render.ts";
import { renderColumnComment } from "./column-comments.ts";
import { renderColumnType } from "./column-types.ts";
import { describeColumns, type TableColumn, withoutTwins } from "./columns.ts";
import { describeTable, foldName, nameObject, nameQualified, type Relations } from "./names.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";
import { literalText, renderSnowflakeSql } from "./sql.ts";
import { type Masking, renderProtection, writeViews } from "./views.ts";
import { nameTwins, widenColumn } from "./widen.ts";

export interface PrepareInput {
  sessions: Sessions;
  table: TableName;
  names: Relations;
  wanted: readonly Column[];
  /** `@stage/`: where the inventory's files are. */
  stage: SqlFragment;
  isClustered: boolean;
  masking: Masking;
}

/**
 * Makes or grows a table, its sisters and its views. Every statement commits by itself and may be run again; another
 * run may be doing the same, and one that was killed may have left any part of it.
 * @throws ShardliftError `refused` where types cannot be brought together, or the name is somebody else's table
 */
export async function prepareTable(input: PrepareInput): Promise<void> {
  const { sessions, table, names, wanted, masking } = input;
  const session = await sessions.share();
  const before = await describeColumns(session, names.hot);
  const isOurs = (await describeColumns(session, names.ledger)) !== null;
  if (before !== null && !isOurs) throw buildForeignError(table);
  evolve(table, withoutTwins(before ?? []), wanted);
  if (before === null) await createRelations(session, input);
  const existing = before ?? (await describeColumns(session, names.hot)) ?? [];
  await growColumns(session, input, existing);
  await maskColumns(session, input);
  await writeViews(session, names, masking);
}

/** The hot table last: where it is there, all that it needs is. */
async function createRelations(session: Session, input: PrepareInput): Promise<void> {
  const { table, names, wanted, stage, isClustered, masking } = input;
  const { schema, ledger, lock, files, hot } = names;
  const run = (name: string, values: Record<string, SqlFragment>) =>
    session.run(renderSnowflakeSql(name, values), {
      failed: `The table ${describeTable(table)} cannot be made (${name}).`,
    });
  await run("create-schema", { schema });
  await run("create-ledger", { ledger });
  await run("create-lock", { lock });
  await run("fill-lock", { lock });
  await run("create-files", { files, stage });
  await run("create-hot", {
    hot,
    columns: join(
      wanted.map((column) => renderDefinition(column, masking)),
      ",\n  ",
    ),
    clustering: fragment(isClustered ? `CLUSTER BY (${nameObject("_day").sql})` : ""),
  });
}

function renderDefinition(column: Column, masking: Masking): SqlFragment {
  const name = foldName(column.name);
  const parts = [identifier(name).sql, renderColumnType(column), renderProtection(name, masking).sql];
  return fragment(`${parts.filter((part) => part !== "").join(" ")} COMMENT ${comment(column).sql}`);
}

function comment(column: Column): SqlFragment {
  return literalText(renderColumnComment(column));
}

/** New columns are added, wider types made; comments are told again where somebody changed them. */
async function growColumns(
  session: Session,
  { sessions, table, names, wanted, masking }: PrepareInput,
  existing: readonly TableColumn[],
): Promise<void> {
  const { columns } = evolve(table, withoutTwins(existing), wanted);
  const found = new Map(existing.map((column) => [column.upperName, column]));
  const failed = `The columns of ${describeTable(table)} cannot be grown.`;
  for (const column of columns) {
    const upperName = foldName(column.name);
    const [name, type] = [identifier(upperName), fragment(renderColumnType(column))];
    const before = found.get(upperName);
    const values = { hot: names.hot, column: name, comment: comment(column) };
    const protection = renderProtection(upperName, masking);
    if (found.has(nameTwins(upperName).narrow)) {
      await widenColumn(sessions, names, { ...values, type, protection, upperName });
    } else if (before === undefined) {
      await session.run(renderSnowflakeSql("add-column", { ...values, type, protection }), { failed });
    } else if (before.type !== type.sql) {
      await widenColumn(sessions, names, { ...values, type, protection, upperName });
    } else if (!before.isTold || renderColumnComment(before.column) !== renderColumnComment(column)) {
      await session.run(renderSnowflakeSql("comment-column", values), { failed });
    }
  }
}

/** The environment may name a policy for a column that is there already. None is ever taken away. */
async function maskColumns(session: Session, { table, names, masking }: PrepareInput): Promise<void> {
  if (masking.size === 0) return;
  for (const { upperName, policy } of (await describeColumns(session, names.hot)) ?? []) {
    const wanted = masking.get(upperName);
    if (wanted === undefined || isPolicy(policy, wanted)) continue;
    const places = { hot: names.hot, column: identifier(upperName), policy: nameQualified(wanted) };
    await session.run(renderSnowflakeSql("mask-column", places), {
      failed: `The masking policy ${wanted} cannot be put on ${upperName} of ${describeTable(table)}.`,
    });
  }
}

/** Whether Snowflake prints the policy with its schema is not documented: its last name counts. */
function isPolicy(printed: string | null, wanted: string): boolean {
  const last = (name: string) => foldName(name.split(".").at(-1) ?? "").replaceAll('"', "");
  return printed !== null && last(printed) === last(wanted);
}

/** What the table must become. Where a comment was lost, a column is taken for what fits its type. */
function evolve(table: TableName, existing: readonly TableColumn[], wanted: readonly Column[]): Evolution {
  const byName = new Map(wanted.map((column) => [foldName(column.name), column]));
  const known = existing.map(({ upperName, type, column, isTold }) => {
    const asked = byName.get(upperName);
    return !isTold && asked !== undefined && renderColumnType(asked) === type ? asked : column;
  });
  const evolution = planEvolution(known, wanted);
  refuseConflicts(table, evolution);
  return evolution;
}

function refuseConflicts(table: TableName, { conflicts }: Evolution): void {
  if (conflicts.length === 0) return;
  throw new ShardliftError("refused", {
    failed: `The columns of ${describeTable(table)} cannot become what the rows need.`,
    rule: [...new Set(conflicts.map((conflict) => conflict.rule))].join("; "),
    received: conflicts
      .map((found) => `${found.path.join(".")}: ${found.existing} → ${found.wanted}`)
      .join("; "),
    remedy: "drop the column in the pipeline, or load into a new table and backfill",
  });
}

function buildForeignError(table: TableName): ShardliftError {
  return new ShardliftError("refused", {
    failed: `The table ${describeTable(table)} is there already and is not ours.`,
    rule: "a hot table has a ledger beside it",
    remedy: "declare another table name in the pipeline, or rename that table",
  });
}
