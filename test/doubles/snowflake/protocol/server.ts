import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { SnowflakeError } from "../errors.ts";
import type { Fault, FaultPlan } from "../faults.ts";
import type { Reply } from "./replies.ts";
import { answerRequest, type Desk, type WireRequest } from "./routes.ts";
import type { Session } from "./sessions.ts";

/** One request that came in. */
export interface LogEntry {
  path: string;
  requestId: string | null;
  /** Set where the driver says that it sends again. */
  retryCount: string | null;
  sql: string | null;
  /** What went wrong with it, by order. */
  fault: Fault["do"] | null;
}

export interface WireServer {
  /** Always on 127.0.0.1. */
  port: number;
  log: LogEntry[];
  close(): Promise<void>;
}

/** What faults do to sessions. */
export interface FaultHands {
  /** Gone at once, its transaction rolled back. */
  lose(session: Session): Promise<void>;
  /** Gone for its client, its transaction left open. */
  strand(session: Session): void;
  expire(session: Session): void;
}

interface Wire {
  desk: Desk;
  faults: FaultPlan;
  hands: FaultHands;
  log: LogEntry[];
}

/** Listens on a free port of 127.0.0.1. */
export async function startServer(desk: Desk, faults: FaultPlan, hands: FaultHands): Promise<WireServer> {
  const wire: Wire = { desk, faults, hands, log: [] };
  const server = createServer((request, response) => {
    serve(wire, request, response).catch((error: unknown) => {
      response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    log: wire.log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(wire: Wire, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const body = await readBody(request);
  const sql = typeof body.sqlText === "string" ? body.sqlText : undefined;
  const fault = wire.faults.take(url.pathname, sql);
  wire.log.push({
    path: url.pathname,
    requestId: url.searchParams.get("requestId"),
    retryCount: url.searchParams.get("retryCount"),
    sql: sql ?? null,
    fault: fault?.do ?? null,
  });
  const token = /Token="([^"]*)"/.exec(request.headers.authorization ?? "")?.[1];
  const asked: WireRequest = {
    path: url.pathname,
    search: url.searchParams,
    token,
    body,
    hold: buildHold(fault),
  };
  if (fault?.do === "drop request") return void request.socket.destroy();
  if (fault?.do === "answer") return refuseStatus(response, fault);
  const session = wire.desk.sessions.find(token)?.session;
  if (session !== undefined) await strikeBefore(wire.hands, session, fault);
  const reply = await answerRequest(wire.desk, asked);
  if (session !== undefined && fault?.do === "lose session after") await wire.hands.lose(session);
  if (fault?.do === "drop answer" || fault?.do === "lose session after") return void request.socket.destroy();
  if (fault?.do === "delay") await new Promise((resolve) => setTimeout(resolve, fault.ms));
  send(response, fault?.do === "rewrite" ? rewrite(reply, fault.rows) : reply);
}

function rewrite(reply: Reply | null, rows: (Fault & { do: "rewrite" })["rows"]): Reply | null {
  const data = reply?.data as { rowset?: (string | null)[][] } | undefined;
  if (reply === null || data?.rowset === undefined) return reply;
  const rowset = rows(data.rowset);
  return { ...reply, data: { ...data, rowset, returned: rowset.length, total: rowset.length } };
}

/** The fault's part before the statement begins; a refusal is the statement's own end. */
function buildHold(fault: Fault | null): Promise<unknown> {
  if (fault?.do === "hold") return fault.until;
  if (fault?.do !== "refuse") return Promise.resolve();
  const refusal = Promise.reject(new SnowflakeError(fault.kind, fault.message));
  // Nobody waits for it where the request was sent before: its statement has begun then.
  refusal.catch(() => {});
  return refusal;
}

async function strikeBefore(hands: FaultHands, session: Session, fault: Fault | null): Promise<void> {
  if (fault?.do === "lose session") await hands.lose(session);
  if (fault?.do === "strand session") hands.strand(session);
  if (fault?.do === "expire token") hands.expire(session);
}

function refuseStatus(response: ServerResponse, fault: Fault & { do: "answer" }): void {
  const retry = fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) };
  response.writeHead(fault.status, { "content-type": "text/html", ...retry }).end("<html></html>");
}

function send(response: ServerResponse, reply: Reply | null): void {
  if (response.destroyed) return;
  response.writeHead(reply === null ? 404 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify(reply ?? {}));
}

/** The driver packs large bodies with gzip. */
async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const isPacked = raw[0] === 0x1f && raw[1] === 0x8b;
  const text = (isPacked ? gunzipSync(raw) : raw).toString();
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}
