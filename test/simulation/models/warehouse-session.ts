import type { TableName } from "../../../src/config/types.ts";
import type { FaultName } from "../kernel/faults.ts";
import { buildFault, type Kernel, type Process, type Work } from "../kernel/types.ts";
import { applyChanges, type Changes, createChanges, isEmpty } from "./warehouse-changes.ts";
import type { LakeView } from "./warehouse-files.ts";
import type { Locks } from "./warehouse-locks.ts";
import { requireTable, type Tables } from "./warehouse-tables.ts";

/** All that the warehouse consists of. */
export interface Server {
  kernel: Kernel;
  lake: LakeView;
  tables: Tables;
  locks: Locks;
  /** Those whose transaction has not ended. */
  sessions: Set<Session>;
}

/** One session with one transaction, as every transaction of ours has its own. */
export interface Session {
  process: Process;
  table: TableName;
  changes: Changes;
  /** `detached`: the client is gone, and the server ends the transaction by itself later. */
  state: "open" | "committing" | "detached" | "ended";
}

/** How soon a server notices that a client is gone, or does a request that is under way, ms. */
const soonMs = 30_000;
const lateMs = 5 * 60_000;

/** BEGIN. */
export function openSession(server: Server, session: Session): void {
  requireTable(server.tables, session.table);
  session.state = "open";
  session.changes = createChanges();
  server.sessions.add(session);
}

/** The transaction ends now, and its locks with it. */
export function endSession(server: Server, session: Session, how: "commit" | "rollback"): void {
  if (session.state === "ended") return;
  const { tables, locks, sessions } = server;
  if (how === "commit" && !isEmpty(session.changes)) {
    tables.save(session.table, applyChanges(requireTable(tables, session.table), session.changes));
  }
  session.state = "ended";
  locks.release(session);
  sessions.delete(session);
}

/** The client is gone at once, the transaction ends within minutes and holds its locks until then. */
export function detachSession(server: Server, session: Session, how: "commit" | "rollback"): void {
  const { kernel } = server;
  const isSoon = kernel.decide(`the server does the ${how} within half a minute`);
  const untilMs = kernel.nowMs() + (isSoon ? soonMs : lateMs);
  session.state = "detached";
  kernel.background(`warehouse: ${how} of what ${session.process.name} left`, function* () {
    yield { on: "time", untilMs };
    endSession(server, session, how);
  });
}

/** The client hung up or died: what was open is rolled back, now or later; a COMMIT under way may yet be done. */
export function abandonSession(server: Server, session: Session): void {
  const { kernel } = server;
  if (session.state === "committing") {
    const isDone = kernel.decide("a COMMIT that was under way when its client went is done");
    endSession(server, session, isDone ? "commit" : "rollback");
  } else if (session.state === "open") {
    if (kernel.decide("the server notices at once that a client is gone")) {
      endSession(server, session, "rollback");
    } else detachSession(server, session, "rollback");
  }
}

/** @throws ShardliftError `outside`, retryable, where the transaction has ended */
export function requireState(session: Session, state: Session["state"]): void {
  if (session.state !== state) throw buildFault("the session was lost, and its transaction with it");
}

/** What every statement of a transaction may meet. */
export const statementFaults = [
  "crash before",
  "crash after",
  "crash in the middle",
  "session lost",
  "session lingers",
  "throttled",
] as const satisfies FaultName[];

interface Statement<T> {
  method: string;
  detail: string;
  faults: readonly FaultName[];
  /** Begins when the statement begins: what it looks at here is its snapshot. */
  work(fault: FaultName | null): Work<T>;
}

/** One statement of a transaction; its work takes a turn at least, so that others act while it runs. */
export function runStatement<T>(server: Server, session: Session, statement: Statement<T>): Promise<T> {
  const { method, detail, faults } = statement;
  return server.kernel.call(session.process, {
    port: "warehouse",
    method,
    detail,
    faults,
    *work(fault) {
      requireState(session, "open");
      refuseLost(server, session, fault);
      if (fault === "too many waiters") throw buildFault("too many statements wait for the lock");
      const answer = yield* statement.work(fault);
      requireState(session, "open");
      return answer;
    },
  });
}

/** @throws ShardliftError `outside`, retryable, where the fault takes the session away */
export function refuseLost(server: Server, session: Session, fault: FaultName | null): void {
  if (fault !== "session lost" && fault !== "session lingers") return;
  if (fault === "session lost") endSession(server, session, "rollback");
  else detachSession(server, session, "rollback");
  requireState(session, "open");
}
