import { awaitReply, type Binding, type Executor, type Queries, type Query } from "./queries.ts";
import { buildDone, buildPending, buildRefusal, type Reply } from "./replies.ts";
import { masterLifeMs, type Session, type Sessions, tokenLifeMs } from "./sessions.ts";
import { checkSignIn, type SignInData, type Users } from "./sign-in.ts";

/** All that requests are about. */
export interface Desk {
  users: Users;
  sessions: Sessions;
  queries: Queries;
  executor: Executor;
  /** How long a request may take before it is told to ask again, ms. */
  answerWithinMs: number;
  /** How far the signer's clock and ours are apart, ms. */
  signInSkewMs: number;
  renderParameters(session: Session): { name: string; value: string | number | boolean }[];
}

export interface WireRequest {
  path: string;
  search: URLSearchParams;
  token: string | undefined;
  body: Record<string, unknown>;
  /** The statement begins when this is settled. */
  hold: Promise<unknown>;
}

const expired = buildRefusal(
  "390112",
  "08001",
  "Session token has expired. The session token must be renewed.",
);
const gone = buildRefusal(
  "390111",
  "08001",
  "Session no longer exists. New login required to access the service.",
);
const masterExpired = buildRefusal(
  "390114",
  "08001",
  "Authentication token has expired. The user must authenticate again.",
);
const notRunning = buildRefusal("000605", "02000", "Identified SQL statement is not currently executing.");

/** @returns null where there is no such path */
export async function answerRequest(desk: Desk, request: WireRequest): Promise<Reply | null> {
  const { path, token } = request;
  if (path === "/session/v1/login-request") return signIn(desk, request);
  if (path === "/session/token-request") return renew(desk, token);
  if (path === "/telemetry/send") return buildDone("Log Received");
  const found = desk.sessions.find(token);
  if (found === null) return gone;
  if (found.state === "expired") return expired;
  return answerSession(desk, found.session, request);
}

async function answerSession(desk: Desk, session: Session, request: WireRequest): Promise<Reply | null> {
  const { path, search, body } = request;
  if (path === "/session" && search.has("delete")) {
    desk.sessions.close(session);
    desk.queries.abortAll(session);
    await desk.executor.end(session);
    return buildDone(null);
  }
  if (path === "/session/heartbeat") return buildDone(null);
  if (path === "/queries/v1/query-request") return runStatement(desk, session, request);
  if (path === "/queries/v1/abort-request") {
    return abort(desk.queries.findRequest(session, String(body.requestId)));
  }
  return answerQuery(desk, path);
}

async function answerQuery({ queries, answerWithinMs }: Desk, path: string): Promise<Reply | null> {
  const monitored = /^\/monitoring\/queries\/([^/]+)$/.exec(path)?.[1];
  if (monitored !== undefined) {
    const query = queries.find(monitored);
    const known = query ? [{ id: query.id, status: query.status, sqlText: query.sql }] : [];
    return buildDone({ queries: known });
  }
  const [, id, what] = /^\/queries\/([^/]+)\/(result|abort-request)$/.exec(path) ?? [];
  if (id === undefined) return null;
  const query = queries.find(id);
  if (what === "abort-request") return abort(query);
  return query
    ? awaitReply(query, answerWithinMs)
    : buildRefusal("000709", "02000", `Statement ${id} not found`);
}

function abort(query: Query | undefined): Reply {
  if (query === undefined || query.status !== "RUNNING") return notRunning;
  query.abort.abort();
  return buildDone(null);
}

async function runStatement(
  desk: Desk,
  session: Session,
  { search, body, hold }: WireRequest,
): Promise<Reply> {
  const statement = {
    sql: String(body.sqlText),
    bindings: (body.bindings ?? {}) as Record<string, Binding>,
    parameters: (body.parameters ?? {}) as Record<string, string>,
  };
  const query = desk.queries.run(session, search.get("requestId") ?? "", statement, hold);
  if (body.asyncExec === true) return buildPending(query.id, "async");
  return awaitReply(query, desk.answerWithinMs);
}

function signIn(desk: Desk, { body, search }: WireRequest): Reply {
  const data = (body.data ?? {}) as SignInData;
  const user = checkSignIn(desk.users, data, Date.now() + desk.signInSkewMs);
  if (typeof user !== "string") return user;
  const { roles } = desk.users[user]!;
  const role = search.get("roleName")?.toUpperCase() ?? roles[0] ?? "PUBLIC";
  if (!roles.includes(role)) {
    const text = `Role '${role}' specified in the connect string is not granted to this user. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.`;
    return buildRefusal("390189", "08001", text);
  }
  const name = (key: string) => search.get(key)?.toUpperCase() ?? null;
  const parameters = new Map(
    Object.entries(data.SESSION_PARAMETERS ?? {}).map(([key, value]) => [key.toUpperCase(), value]),
  );
  const places = { database: name("databaseName"), schema: name("schemaName"), warehouse: name("warehouse") };
  const session = desk.sessions.open({ user, role, parameters, ...places });
  return buildDone({
    token: session.token,
    masterToken: session.master,
    validityInSeconds: tokenLifeMs / 1000,
    masterValidityInSeconds: masterLifeMs / 1000,
    sessionId: session.id,
    displayUserName: user,
    serverVersion: "9.99.9",
    firstLogin: false,
    healthCheckInterval: 45,
    parameters: desk.renderParameters(session),
    sessionInfo: {
      databaseName: places.database,
      schemaName: places.schema,
      warehouseName: places.warehouse,
      roleName: role,
    },
  });
}

function renew({ sessions }: Desk, master: string | undefined): Reply {
  const session = sessions.renew(master);
  if (session === null) return masterExpired;
  return buildDone({
    sessionToken: session.token,
    validityInSecondsST: tokenLifeMs / 1000,
    masterToken: session.master,
    validityInSecondsMT: masterLifeMs / 1000,
    sessionId: session.id,
  });
}
