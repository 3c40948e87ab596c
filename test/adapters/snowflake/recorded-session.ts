import { renderBootstrap } from "../../../src/adapters/snowflake/bootstrap.ts";
import { renderSignIn } from "../../../src/adapters/snowflake/bootstrap-notes.ts";
import { registerFolders, unregisterFolders } from "../../../src/adapters/snowflake/cold.ts";
import { renderColumnComment } from "../../../src/adapters/snowflake/column-comments.ts";
import { renderColumnType } from "../../../src/adapters/snowflake/column-types.ts";
import { readLedgerRows } from "../../../src/adapters/snowflake/ledger.ts";
import { foldName, nameRelations, type Relations } from "../../../src/adapters/snowflake/names.ts";
import { renderStagePath } from "../../../src/adapters/snowflake/paths.ts";
import { prepareTable } from "../../../src/adapters/snowflake/prepare.ts";
import { buildParameters, type Call, type Session } from "../../../src/adapters/snowflake/session.ts";
import type { Sessions } from "../../../src/adapters/snowflake/sessions.ts";
import { literalText, renderSnowflakeSql } from "../../../src/adapters/snowflake/sql.ts";
import type { Row } from "../../../src/adapters/snowflake/statement.ts";
import { createSteps } from "../../../src/adapters/snowflake/steps.ts";
import { runTransaction } from "../../../src/adapters/snowflake/transaction.ts";
import type { TableName } from "../../../src/config/types.ts";
import type { Day } from "../../../src/days/day.ts";
import type { Column } from "../../../src/days/schema.ts";
import { ShardliftError } from "../../../src/errors.ts";
import type { GenerationFiles, LedgerRow } from "../../../src/ports.ts";
import { fragment, identifier, literal, type SqlFragment } from "../../../src/sql/render.ts";
import { buildConfig } from "./snowflake-world.ts";

export interface Recorded {
  sql: string;
  binds: readonly (string | null)[];
}

/** A session that answers by what a statement begins with, and keeps them all. */
export function createRecordedSession(answer: (sql: string) => Row[] | null): {
  session: Session;
  sessions: Sessions;
  statements: Recorded[];
} {
  const statements: Recorded[] = [];
  const session: Session = {
    async run(sql: string, call: Call = {}) {
      statements.push({ sql, binds: call.binds ?? [] });
      const rows = answer(sql);
      if (rows !== null) return rows;
      const cause = Object.assign(new Error("does not exist or not authorized"), { code: "002003" });
      throw new ShardliftError("config", { failed: "There is no such object." }, { cause });
    },
    stream: () => Promise.reject(new Error("nobody asks")),
    end: async () => {},
    isLost: () => false,
  };
  const sessions: Sessions = {
    share: async () => session,
    own: (work) => work(session),
    close: async () => {},
  };
  return { session, sessions, statements };
}

/** What DESCRIBE TABLE says of columns. */
export function describeRows(columns: readonly { name: string; type: string; comment?: string }[]): Row[] {
  return columns.map(({ name, type, comment }) => ({ name, type, comment: comment ?? null }));
}

export interface Scenario {
  table: TableName;
  columns: Column[];
  generation: GenerationFiles;
  ledger: LedgerRow;
}

const beforeGrowth = [
  { name: "_DAY", type: "DATE", comment: "_day DATE" },
  { name: "_GENERATION", type: "VARCHAR(16777216)", comment: "_generation STRING" },
  { name: "EVENT_ID", type: "VARCHAR(16777216)", comment: "somebody wrote here" },
  { name: "VALUE", type: "NUMBER(38,0)", comment: "value INTEGER" },
];

/** Every statement there is, with the names and values of a scenario. */
export async function recordStatements({
  table,
  columns,
  generation,
  ledger,
}: Scenario): Promise<Recorded[]> {
  const config = buildConfig({
    clusterByDay: true,
    masking: [{ column: "user_id", policy: "security.policies.mask" }],
  });
  const names = nameRelations(config.database, table);
  const shown = new Map<string, string>();
  let isThere = false;
  let described = beforeGrowth;
  const recorded = createRecordedSession((sql) => {
    if (/^DESCRIBE/.test(sql)) return isThere ? describeRows(described) : null;
    if (/^SHOW VIEWS/.test(sql)) return [...shown].map(([name, comment]) => ({ name, comment }));
    const view = /^CREATE OR REPLACE VIEW .*?_(COLD|ALL|DAYS)".*? COMMENT = '(\w+)'/s.exec(sql);
    if (view !== null) shown.set(`${names.bare}_${view[1]}`, view[2]!);
    if (/^CREATE TABLE .*EVENT_ID/s.test(sql)) isThere = true;
    if (/RENAME COLUMN "VALUE__WIDE"/.test(sql)) described = described.map(widen);
    if (/^SELECT CURRENT_TRANSACTION/.test(sql)) return [{ TRANSACTION: "1432071497832000000" }];
    if (/"LOCKED_BY" FROM/.test(sql)) return [{ LOCKED_BY: "1432071497832000000" }];
    if (/^UPDATE/.test(sql)) return [{ "number of rows updated": "1" }];
    if (/INFER_SCHEMA/.test(sql)) return columns.map(({ name }) => ({ COLUMN_NAME: name }));
    if (/^COPY/.test(sql)) return generation.files.map(buildCopied);
    if (/EXTERNAL_TABLE_FILES/.test(sql)) return generation.files.map(({ key }) => ({ FILE_NAME: key }));
    return [];
  });
  const { session, sessions, statements } = recorded;
  const input = { sessions, table, names, wanted: columns, stage: renderStagePath(config.stage, "") };
  const more = {
    isClustered: config.clusterByDay,
    masking: new Map([["USER_ID", config.masking[0]!.policy]]),
  };
  await prepareTable({ ...input, ...more });
  await prepareTable({ ...input, ...more });
  described = columns.map((column) => ({
    name: foldName(column.name),
    type: renderColumnType(column),
    comment: renderColumnComment(column),
  }));
  // All columns are there now, and none has its policy.
  await prepareTable({ ...input, ...more });
  const days = [generation.day];
  await runTransaction(sessions, async (own) => {
    const steps = await createSteps(own, names, config);
    await steps.copy(generation);
    await steps.lock();
    await steps.readLedger(days);
    await steps.deleteHot(generation.day, { all: true });
    await steps.deleteHot(generation.day, { except: generation.generation });
    await steps.deleteHot(generation.day, { only: generation.generation });
    await steps.writeLedger([ledger]);
    await steps.measureHot(days);
    await steps.measureCold([generation]);
  });
  await runTransaction(sessions, () => Promise.reject(new Error("stop"))).catch(() => {});
  await registerFolders(session, names, [generation]);
  await unregisterFolders(session, names, [generation]);
  await readLedgerRows(session, names, { first: "2026-11-01" as Day, last: generation.day });
  for (const [name, value] of Object.entries(buildParameters(config.statementTimeoutMs))) {
    const text = typeof value === "boolean" ? fragment(String(value).toUpperCase()) : literal(value);
    await session.run(renderSnowflakeSql("alter-session", { parameter: fragment(name), value: text }));
  }
  await session.run(renderSnowflakeSql("use-warehouse", { warehouse: fragment('"LOAD_WH"') }));
  const verifying = renderVerifying(names, generation);
  const schemas = [table.schema];
  const awsRole = "arn:aws:iam::123456789012:role/shardlift-snowflake";
  const setup = renderBootstrap({ config, awsRole, schemas, readers: "analyst" });
  const signIns = [config.auth, { type: "workload_identity" as const }].map((auth) =>
    renderSignIn({ ...config, auth }),
  );
  return [...statements, ...[...setup, ...signIns, ...verifying].map((sql) => ({ sql, binds: [] }))];
}

/** What `npm run verify:snowflake` says besides. */
function renderVerifying(names: Relations, { day, files }: GenerationFiles): string[] {
  const { schema, hot, cold, files: inventory } = names;
  const render = (name: string, values: Record<string, SqlFragment>) =>
    renderSnowflakeSql(`verify/${name}`, values);
  return [
    render("create-scratch", { schema }),
    render("drop-scratch", { schema }),
    render("copy-known", {
      hot,
      names: identifier("EVENT_ID"),
      values: fragment('$1:"event_id"::VARCHAR'),
      stage: renderStagePath("lake.shardlift.lake", "a/"),
      files: literalText(files[0]!.key),
    }),
    render("abort-transaction", { id: fragment("1432071497832000000") }),
    render("explain-cold", { cold, day: literalText(day) }),
    render("read-keys", { values: fragment('"DEVICE"'), relation: hot }),
    render("read-partitions", { files: inventory }),
    render("read-values", { relation: hot }),
    render("wait", { seconds: fragment("5") }),
  ];
}

function widen(column: (typeof beforeGrowth)[number]): (typeof beforeGrowth)[number] {
  return column.name === "VALUE" ? { name: "VALUE", type: "NUMBER(38,9)", comment: "value NUMERIC" } : column;
}

function buildCopied({ key, rows }: { key: string; rows: number }): Row {
  return {
    file: `s3://shop-lake/shardlift/${key}`,
    status: "LOADED",
    rows_loaded: String(rows),
    errors_seen: "0",
  };
}
