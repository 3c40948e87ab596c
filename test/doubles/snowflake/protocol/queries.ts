import { randomUUID } from "node:crypto";
import type { DoubleClock } from "../clock.ts";
import { SnowflakeError } from "../errors.ts";
import {
  buildFailure,
  buildPending,
  buildResult,
  type Reply,
  type SessionState,
  type StatementResult,
} from "./replies.ts";
import type { Session } from "./sessions.ts";

/** A value as the driver binds it. */
export interface Binding {
  type: string;
  value: string | null | (string | null)[];
}

/** One statement as it came in. */
export interface Statement {
  sql: string;
  bindings: Record<string, Binding>;
  /** Of this statement alone: query tag, timeout. */
  parameters: Record<string, string | number | boolean>;
  signal: AbortSignal;
}

/** What statements mean. */
export interface Executor {
  execute(session: Session, statement: Statement): Promise<StatementResult>;
  /** The client signed off, or was cut off for good: what is open is rolled back. */
  end(session: Session): Promise<void>;
}

export interface Query {
  id: string;
  sql: string;
  session: Session;
  tag: string;
  status: "RUNNING" | "SUCCESS" | "FAILED_WITH_ERROR";
  abort: AbortController;
  done: Promise<Reply>;
}

export interface Queries {
  /** The statement of this request: begun where the request is new, joined where it was sent before. */
  run(
    session: Session,
    requestId: string,
    statement: Omit<Statement, "signal">,
    hold: Promise<unknown>,
  ): Query;
  find(id: string): Query | undefined;
  findRequest(session: Session, requestId: string): Query | undefined;
  /** Cancels what a session runs, or has still to run. */
  abortAll(session: Session): void;
  all(): Query[];
}

export interface QueriesContext {
  executor: Executor;
  clock: DoubleClock;
  describeSession(session: Session): SessionState;
}

export function createQueries(context: QueriesContext): Queries {
  const byRequest = new Map<string, Query>();
  const byId = new Map<string, Query>();
  const key = (session: Session, requestId: string) => `${session.id} ${requestId}`;
  return {
    run(session, requestId, statement, hold) {
      const known = byRequest.get(key(session, requestId));
      if (known !== undefined) return known;
      const query = startQuery(context, session, statement, hold);
      byRequest.set(key(session, requestId), query);
      byId.set(query.id, query);
      return query;
    },
    find: (id) => byId.get(id),
    findRequest: (session, requestId) => byRequest.get(key(session, requestId)),
    abortAll(session) {
      for (const query of byId.values()) if (query.session === session) query.abort.abort();
    },
    all: () => [...byId.values()],
  };
}

function startQuery(
  context: QueriesContext,
  session: Session,
  statement: Omit<Statement, "signal">,
  hold: Promise<unknown>,
): Query {
  const abort = new AbortController();
  const tag = statement.parameters.QUERY_TAG ?? session.parameters.get("QUERY_TAG") ?? "";
  const query: Query = {
    id: randomUUID(),
    sql: statement.sql,
    session,
    tag: String(tag),
    status: "RUNNING",
    abort,
    done: Promise.resolve() as Promise<never>,
  };
  const before = session.tail;
  const begin = () => runQuery(context, query, statement, hold);
  query.done = before.then(begin, begin);
  session.tail = query.done;
  return query;
}

async function runQuery(
  { executor, clock, describeSession }: QueriesContext,
  query: Query,
  statement: Omit<Statement, "signal">,
  hold: Promise<unknown>,
): Promise<Reply> {
  const { session, abort } = query;
  const seconds = Number(
    statement.parameters.STATEMENT_TIMEOUT_IN_SECONDS ??
      session.parameters.get("STATEMENT_TIMEOUT_IN_SECONDS") ??
      0,
  );
  const forget =
    seconds > 0 ? clock.at(clock.now() + seconds * 1000, () => abort.abort(timedOut(seconds))) : null;
  try {
    await untilAborted(hold, abort.signal);
    const result = await executor.execute(session, { ...statement, signal: abort.signal });
    query.status = "SUCCESS";
    return buildResult(query.id, result, describeSession(session));
  } catch (error) {
    query.status = "FAILED_WITH_ERROR";
    return buildFailure(asSnowflakeError(error, abort.signal), query.id);
  } finally {
    forget?.();
  }
}

function timedOut(seconds: number): SnowflakeError {
  const text = `Statement reached its statement or warehouse timeout of ${seconds} second(s) and was canceled.`;
  return new SnowflakeError("statement timeout", text);
}

/** @throws the signal's reason where it is aborted first */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function asSnowflakeError(error: unknown, signal: AbortSignal): SnowflakeError {
  if (signal.aborted) {
    const { reason } = signal;
    return reason instanceof SnowflakeError
      ? reason
      : new SnowflakeError("canceled", "SQL execution canceled");
  }
  if (error instanceof SnowflakeError) return error;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new SnowflakeError("internal", `SQL execution internal error: ${text}`);
}

/** The query's answer, or `pending` where it takes longer than a request may. */
export async function awaitReply(query: Query, waitMs: number): Promise<Reply> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Reply>((resolve) => {
    timer = setTimeout(() => resolve(buildPending(query.id, "polled")), waitMs);
  });
  return Promise.race([query.done, late]).finally(() => clearTimeout(timer));
}
