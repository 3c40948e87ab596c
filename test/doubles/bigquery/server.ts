import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ApiFault, renderFault, TokenFault } from "./errors.ts";
import { createFaultPlan, type Fault, type FaultPlan } from "./faults.ts";
import type { LimitDesk } from "./limits.ts";
import { type ApiAnswer, type ApiRequest, type FoundRoute, findRoute, type Route } from "./route.ts";

/** One request that came in. */
export interface LogEntry {
  /** `bigquery.tables.get`; `unknown` where there is no such method here. */
  method: string;
  /** With its query. */
  path: string;
  principal: string;
  /** null: no answer was sent. */
  status: number | null;
  reason: string | null;
  fault: Fault["do"] | null;
}

export interface GoogleServer {
  /** `http://127.0.0.1:<port>` */
  endpoint: string;
  log: LogEntry[];
  faults: FaultPlan;
  /** Requests by method, since the start or the last `forget`. */
  count(): Record<string, number>;
  forget(): void;
  close(): Promise<void>;
}

export interface ServerOptions {
  routes: readonly Route[];
  limits: LimitDesk;
  /** @throws ApiFault 401 */
  readPrincipal(authorization: string, scopes?: readonly string[]): string;
}

type Serving = ServerOptions & Pick<GoogleServer, "log" | "faults">;

/** Answers Google's JSON APIs on a free port of 127.0.0.1. */
export async function startGoogleServer(options: ServerOptions): Promise<GoogleServer> {
  const serving: Serving = { ...options, log: [], faults: createFaultPlan() };
  const server = createServer((request, response) => {
    serve(serving, request, response).catch((error: unknown) => {
      sendFault(response, new ApiFault(500, "internalError", `the double failed: ${String(error)}`));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log: serving.log,
    faults: serving.faults,
    count: () => countMethods(serving.log),
    forget: () => void serving.log.splice(0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function countMethods(log: readonly LogEntry[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { method } of log) counts[method] = (counts[method] ?? 0) + 1;
  return counts;
}

async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://double");
  const found = findRoute(serving.routes, request.method ?? "GET", url.pathname);
  const method = found?.route.name ?? "unknown";
  const fault = serving.faults.take(method, url.pathname);
  const path = `${url.pathname}${url.search}`;
  const entry: LogEntry = {
    method,
    path,
    principal: "",
    status: null,
    reason: null,
    fault: fault?.do ?? null,
  };
  serving.log.push(entry);
  const body = await readBody(request);
  try {
    const call = () => perform(serving, entry, { request, found, query: url.searchParams, body });
    const answer = await strike(fault, call);
    if (answer === "cut") return void request.socket.destroy();
    if (fault?.do === "cut body") return cutBody(response, answer, fault.afterBytes);
    entry.status = sendAnswer(response, request, answer);
  } catch (error) {
    if (!(error instanceof ApiFault) && !(error instanceof TokenFault)) throw error;
    entry.status = error.httpStatus;
    entry.reason = error instanceof ApiFault ? error.reason : error.error;
    sendFault(response, error);
  }
}

interface Incoming {
  request: IncomingMessage;
  found: FoundRoute | null;
  query: URLSearchParams;
  body: Buffer;
}

async function perform(serving: Serving, entry: LogEntry, incoming: Incoming): Promise<ApiAnswer> {
  const { found, request, query, body } = incoming;
  if (found === null) throw new ApiFault(404, "notFound", `not modelled: ${request.method} ${entry.path}`);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  const about: ApiRequest = { params: found.params, query, headers, body, principal: "" };
  if (found.route.open) return found.route.answer(about);
  entry.principal = serving.readPrincipal(headers.authorization ?? "", found.route.scopes);
  const leave = serving.limits.enter(entry.principal, found.route.name);
  try {
    return await found.route.answer({ ...about, principal: entry.principal });
  } finally {
    leave();
  }
}

/** Does what is asked, as far as the fault lets it. */
async function strike(fault: Fault | null, call: () => Promise<ApiAnswer>): Promise<ApiAnswer | "cut"> {
  switch (fault?.do) {
    case undefined:
    case "cut body":
      return call();
    case "answer":
      throw new ApiFault(fault.status, fault.reason, fault.message);
    case "token error":
      throw new TokenFault(fault.error, fault.description, fault.status);
    case "garble":
      return { body: Buffer.from(`<html><title>Error ${fault.status}</title></html>`), status: fault.status };
    case "drop request":
      return "cut";
    case "drop answer":
      await call();
      return "cut";
    case "hold":
      await fault.until;
      return call();
    case "rewrite": {
      const answer = await call();
      return "json" in answer ? { ...answer, json: fault.answer(answer.json) } : answer;
    }
    default:
      return fault satisfies never;
  }
}

/** An answer whose etag the asker has already is 304, without a body. */
function sendAnswer(response: ServerResponse, request: IncomingMessage, answer: ApiAnswer): number {
  if (response.destroyed) return 0;
  const status = answer.status ?? 200;
  if ("body" in answer) {
    response.writeHead(status, { "content-type": "text/html", ...answer.headers }).end(answer.body);
    return status;
  }
  const etag = answer.etag === undefined ? {} : { etag: answer.etag };
  if (answer.etag !== undefined && request.headers["if-none-match"] === answer.etag) {
    response.writeHead(304, etag).end();
    return 304;
  }
  const headers = { "content-type": "application/json; charset=UTF-8", ...etag };
  response.writeHead(status, headers).end(JSON.stringify(answer.json));
  return status;
}

/** Promises the whole and breaks off. */
function cutBody(response: ServerResponse, answer: ApiAnswer, afterBytes: number): void {
  const body = "body" in answer ? answer.body : Buffer.from(JSON.stringify(answer.json));
  const headers = "body" in answer ? answer.headers : { "content-type": "application/json; charset=UTF-8" };
  response.writeHead(answer.status ?? 200, { ...headers, "content-length": body.length });
  response.write(body.subarray(0, afterBytes), () => response.destroy());
}

function sendFault(response: ServerResponse, fault: ApiFault | TokenFault): void {
  if (response.destroyed || response.headersSent) return;
  const body =
    fault instanceof ApiFault ? renderFault(fault) : { error: fault.error, error_description: fault.message };
  response.writeHead(fault.httpStatus, { "content-type": "application/json; charset=UTF-8" });
  response.end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
