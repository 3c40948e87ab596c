import type { TableName } from "../../../src/config/types.ts";
import type { WarehouseTransaction } from "../../../src/ports.ts";
import type { FaultName } from "../kernel/faults.ts";
import { buildFault, type Process, turn, type Work } from "../kernel/types.ts";
import { createChanges } from "./warehouse-changes.ts";
import {
  abandonSession,
  detachSession,
  endSession,
  openSession,
  refuseLost,
  requireState,
  type Server,
  type Session,
} from "./warehouse-session.ts";
import { createSteps } from "./warehouse-steps.ts";

const beginFaults = ["crash before", "crash after", "lost answer", "never sent", "throttled"] as const;
const rollbackFaults = ["crash before", "crash after", "never sent", "throttled"] as const;
const commitFaults = [
  "crash before",
  "crash after",
  "crash in the middle",
  "session lost",
  "session lingers",
  "commit unheard",
  "commit late",
  "throttled",
] as const satisfies FaultName[];

/** BEGIN, the work's statements, COMMIT; ROLLBACK where the work rejects. */
export async function runTransaction<T>(
  server: Server,
  process: Process,
  table: TableName,
  work: (transaction: WarehouseTransaction) => Promise<T>,
): Promise<T> {
  const session: Session = { process, table, changes: createChanges(), state: "ended" };
  let answer: T;
  try {
    await begin(server, session);
    answer = await work(createSteps(server, session));
  } catch (error) {
    await rollback(server, session);
    throw error;
  }
  await commit(server, session);
  return answer;
}

function begin(server: Server, session: Session): Promise<void> {
  return call(server, session, "BEGIN", beginFaults, function* () {
    openSession(server, session);
    yield turn;
  });
}

async function commit(server: Server, session: Session): Promise<void> {
  try {
    await call(server, session, "COMMIT", commitFaults, (fault) => commitWork(server, session, fault));
  } catch (error) {
    // A COMMIT that never arrived leaves its transaction open.
    abandonSession(server, session);
    throw error;
  }
}

function* commitWork(server: Server, session: Session, fault: FaultName | null): Work<void> {
  requireState(session, "open");
  refuseLost(server, session, fault);
  if (fault === "commit late") {
    detachSession(server, session, "commit");
    throw buildFault("COMMIT was not answered in time");
  }
  session.state = "committing";
  yield turn;
  requireState(session, "committing");
  endSession(server, session, "commit");
  if (fault === "commit unheard") throw buildFault("the answer to COMMIT was lost");
}

/** Never rejects: what made the work fail counts. A connection whose ROLLBACK fails is thrown away. */
async function rollback(server: Server, session: Session): Promise<void> {
  if (session.state !== "open") return;
  const end = call(server, session, "ROLLBACK", rollbackFaults, function* () {
    yield turn;
    endSession(server, session, "rollback");
  });
  await end.catch(() => abandonSession(server, session));
}

function call(
  { kernel }: Server,
  { process, table }: Session,
  method: string,
  faults: readonly FaultName[],
  work: (fault: FaultName | null) => Work<void>,
): Promise<void> {
  return kernel.call(process, { port: "warehouse", method, detail: table.table, faults, work });
}
