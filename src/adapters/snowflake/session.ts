import type { QueryResult } from "../../ports.ts";
import { fragment, literal } from "../../sql/render.ts";
import { connect, describeDoing } from "./connect.ts";
import { withDeadline } from "./deadline.ts";
import type { Connection, Statement } from "./driver.ts";
import { buildUnanswered, isSessionGone, translateError } from "./errors.ts";
import type { SnowflakeOptions } from "./options.ts";
import { renderSnowflakeSql } from "./sql.ts";
import { collectRows, execute, listColumns, type Row, streamTexts } from "./statement.ts";

/**
 * How long a statement may take: `short` looks things up or waits for a lock, `long` reads files or rows, `end` is
 * short too, but heard to its end whatever else stops.
 */
export type Pace = "short" | "long" | "end";

export interface Call {
  binds?: readonly (string | null)[];
  pace?: Pace;
  /** What failed where it fails. */
  failed?: string;
}

/** One session in Snowflake. Once lost it answers nothing any more. */
export interface Session {
  run(sql: string, call?: Call): Promise<Row[]>;
  /** Errors come as the driver has them: the text is somebody else's. */
  stream(sql: string): Promise<QueryResult>;
  /** Ends the session, and with it what it left open; never rejects. */
  end(): Promise<void>;
  isLost(): boolean;
}

/** Snowflake ends a transaction that a dead client left, where it blocks somebody, after some five minutes. */
const lockTimeoutS = 600;
/** What an answer may take beyond the time that Snowflake itself allows. */
const graceMs = 60_000;
const endMs = 5_000;

export type Parameters = Record<string, string | number | boolean>;

/**
 * Signs in and sets what every statement relies on.
 * @param more parameters of this session alone
 */
export async function openSession(options: SnowflakeOptions, more: Parameters = {}): Promise<Session> {
  const session = createSession(await connect(options), options);
  try {
    const parameters = Object.entries({ ...buildParameters(options.config.statementTimeoutMs), ...more });
    await Promise.all(parameters.map(([name, value]) => setParameter(session, name, value)));
    return session;
  } catch (error) {
    await session.end();
    throw error;
  }
}

/** The session's settings, one statement each. */
export function buildParameters(statementTimeoutMs: number): Parameters {
  return {
    // What waits for a lock gives up; what runs ends in time even where nobody is left to hear it.
    LOCK_TIMEOUT: lockTimeoutS,
    STATEMENT_TIMEOUT_IN_SECONDS: Math.ceil(statementTimeoutMs / 1000),
    ABORT_DETACHED_QUERY: true,
    // VARIANT comes as JSON that JSON.parse takes, else the driver evaluates it.
    STRICT_JSON_OUTPUT: true,
    TIMEZONE: "UTC",
    QUOTED_IDENTIFIERS_IGNORE_CASE: false,
    // What is counted is counted anew.
    USE_CACHED_RESULT: false,
  };
}

async function setParameter(session: Session, name: string, value: string | number | boolean): Promise<void> {
  const text = typeof value === "boolean" ? fragment(String(value).toUpperCase()) : literal(value);
  await session.run(renderSnowflakeSql("alter-session", { parameter: fragment(name), value: text }), {
    failed: "The session in Snowflake cannot be set up.",
  });
}

const someFailure = "Snowflake could not do its part.";

function createSession(connection: Connection, options: SnowflakeOptions): Session {
  let lost: unknown = null;
  const doing = describeDoing(options);
  const ask = async <T>(sql: string, call: Call, read: (statement: Statement) => Promise<T>): Promise<T> => {
    const { pace = "short", failed = someFailure } = call;
    if (lost !== null) throw buildUnanswered("The session in Snowflake was lost.", 0, lost);
    if (pace !== "end") options.signal?.throwIfAborted();
    const asked = execute(connection, sql, call.binds ?? []);
    const afterMs = findWaitMs(pace, options);
    try {
      return await withDeadline(asked.done.then(read), {
        clock: options.clock,
        signal: pace === "end" ? undefined : options.signal,
        afterMs,
        buildError: () => buildUnanswered(failed, afterMs),
      });
    } catch (error) {
      // Of a statement that was left alone nobody knows what it still does: nothing may follow in its session.
      if (isSessionGone(error)) {
        lost = error;
        asked.cancel();
      }
      throw error;
    }
  };
  return {
    async run(sql, call = {}) {
      try {
        return await ask(sql, call, collectRows);
      } catch (error) {
        throw translateError(error, { ...doing, failed: call.failed ?? someFailure });
      }
    },
    stream: (sql) =>
      ask(sql, { pace: "long" }, async (statement) => ({
        columns: listColumns(statement),
        rows: streamTexts(statement),
      })),
    async end() {
      lost ??= new Error("the session was ended");
      const ended = new Promise<void>((resolve) => {
        connection.destroy(() => resolve());
      });
      const deadline = { clock: options.clock, afterMs: endMs, buildError: () => null };
      await withDeadline(ended, deadline).catch(() => {});
    },
    isLost: () => lost !== null,
  };
}

function findWaitMs(pace: Pace, { config }: SnowflakeOptions): number {
  return (pace === "long" ? config.statementTimeoutMs : lockTimeoutS * 1000) + graceMs;
}
