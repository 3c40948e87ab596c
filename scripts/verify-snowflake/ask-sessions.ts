import { randomUUID } from "node:crypto";
import { renderColumnType } from "../../src/adapters/snowflake/column-types.ts";
import { describeColumns } from "../../src/adapters/snowflake/columns.ts";
import { connect } from "../../src/adapters/snowflake/connect.ts";
import { withDeadline } from "../../src/adapters/snowflake/deadline.ts";
import { buildUnanswered } from "../../src/adapters/snowflake/errors.ts";
import { openSession } from "../../src/adapters/snowflake/session.ts";
import { literalText, renderSnowflakeSql } from "../../src/adapters/snowflake/sql.ts";
import { execute } from "../../src/adapters/snowflake/statement.ts";
import { fragment } from "../../src/sql/render.ts";
import type { Bench } from "./bench.ts";
import { probeColumns } from "./probe-files.ts";
import type { Question } from "./question.ts";
import { renderVerifySql } from "./render-verify-sql.ts";
import { clearHot, countHot, readOutcome, renderCopy } from "./say.ts";

const copyMs = 120_000;

/** Sends one COPY twice under one request id; @returns how often it ran. */
async function copyTwice(bench: Bench, sessions: 1 | 2): Promise<string> {
  const connections = [await connect(bench.options)];
  if (sessions === 2) connections.push(await connect(bench.options));
  try {
    const requestId = randomUUID();
    const sql = renderCopy(bench, "copy", bench.probes.second);
    for (const connection of [connections[0]!, connections.at(-1)!])
      await inTime(bench, execute(connection, sql, [], requestId).done);
    const rows = await countHot(bench, bench.probes.second);
    await clearHot(bench);
    return rows === 1 ? "once" : `${rows} times`;
  } finally {
    for (const connection of connections) await new Promise((resolve) => connection.destroy(resolve));
  }
}

/** The driver's own call hears neither a signal nor a deadline. */
function inTime<T>({ options: { clock, signal } }: Bench, work: Promise<T>): Promise<T> {
  const buildError = () => buildUnanswered("COPY was not answered.", copyMs);
  return withDeadline(work, { clock, signal, afterMs: copyMs, buildError });
}

export const sessionQuestions: readonly Question[] = [
  {
    about: "the role may set LOCK_TIMEOUT, ABORT_DETACHED_QUERY and the others",
    assumed: ["done"],
    ask: (bench) => bench.withSessions([{ AUTOCOMMIT: false }], async () => "done"),
  },
  {
    about: "a role that the user does not have is refused",
    assumed: ["390189"],
    ask: ({ options }) => {
      const config = { ...options.config, role: "SHARDLIFT_VERIFY_NO_SUCH_ROLE" };
      return readOutcome(openSession({ ...options, config }).then((session) => session.end()));
    },
  },
  {
    about: "a request id runs once in its session, sent again by the driver",
    assumed: ["once"],
    ask: (bench) => copyTwice(bench, 1),
  },
  {
    about: "the same request id in another session is another request",
    assumed: ["2 times"],
    ask: (bench) => copyTwice(bench, 2),
  },
  {
    about: "STATEMENT_TIMEOUT_IN_SECONDS ends a statement (000630)",
    assumed: ["000630"],
    ask: (bench) =>
      bench.withSessions([{ STATEMENT_TIMEOUT_IN_SECONDS: 1 }], ([own]) =>
        readOutcome(own!.run(renderVerifySql("wait", { seconds: fragment("10") }))),
      ),
  },
  {
    about: "an object that is not there: 002003",
    assumed: ["002003"],
    ask: ({ session, names }) =>
      readOutcome(
        session.run(renderSnowflakeSql("read-lock", { lock: fragment(`${names.schema.sql}."NOBODY"`) })),
      ),
  },
  {
    about: "DESCRIBE TABLE gives types back as they were declared, and comments",
    assumed: ["as declared"],
    ask: async ({ session, names }) => {
      const found = (await describeColumns(session, names.hot)) ?? [];
      const wanted = probeColumns.map((column) => `${column.name} ${renderColumnType(column)}`);
      const seen = found.map(({ column, type, isTold }) => `${isTold ? column.name : "untold"} ${type}`);
      const other = seen.filter((text, index) => text !== wanted[index]);
      return seen.length === wanted.length && other.length === 0 ? "as declared" : other.join(", ");
    },
  },
  {
    about: "SHOW VIEWS lists our three by the beginning of their names, each with its comment",
    assumed: ["PROBE_ALL 64, PROBE_COLD 64, PROBE_DAYS 64"],
    ask: async ({ session, names }) => {
      const prefix = literalText(names.bare);
      const rows = await session.run(renderSnowflakeSql("show-views", { schema: names.schema, prefix }));
      return rows
        .map(({ name, comment }) => `${name} ${comment?.length ?? 0}`)
        .sort()
        .join(", ");
    },
  },
];
