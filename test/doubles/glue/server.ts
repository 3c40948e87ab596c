import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AwsError } from "./errors.ts";
import { createFaultPlan, type Fault, type FaultPlan } from "./faults.ts";
import type { Caller, Operations, Services, ServiceTarget } from "./operations.ts";

/** One request that came in. */
export interface LogEntry {
  operation: string;
  input: Record<string, unknown>;
  /** Who signed; null where nobody did. */
  accessKeyId: string | null;
  /** As the SDK counts: `attempt=2; max=3`; null where it does not say. */
  attempt: string | null;
  fault: Fault["do"] | null;
  /** Name of the error it was answered with; null: none, or no answer. */
  error: string | null;
}

export interface AwsServer {
  /** `http://127.0.0.1:<port>` */
  endpoint: string;
  log: LogEntry[];
  faults: FaultPlan;
  close(): Promise<void>;
}

export interface AwsServerOptions {
  services: Services;
  /** The one region this endpoint serves. */
  region: string;
}

const signingNames: Record<string, ServiceTarget> = { glue: "AWSGlue", logs: "Logs_20140328" };

/**
 * Answers the AWS JSON 1.1 protocol on a free port of 127.0.0.1. Requests must be signed (SigV4) for the right
 * service and region; the signature itself is not checked.
 */
export async function startAwsServer(options: AwsServerOptions): Promise<AwsServer> {
  const log: LogEntry[] = [];
  const faults = createFaultPlan();
  const server = createServer((request, response) => {
    serve(options, { log, faults }, request, response).catch((error: unknown) => {
      send(response, 500, { __type: "InternalFailure", message: String(error) });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  options: AwsServerOptions,
  { log, faults }: Pick<AwsServer, "log" | "faults">,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const [target = "", operation = ""] = readHeader(request, "x-amz-target").split(".");
  const fault = faults.take(operation, body);
  const attempt = readHeader(request, "amz-sdk-request") || null;
  const entry: LogEntry = {
    operation,
    input: {},
    attempt,
    fault: fault?.do ?? null,
    accessKeyId: null,
    error: null,
  };
  log.push(entry);
  try {
    const caller = readCaller(request, options.region, target);
    entry.accessKeyId = caller.accessKeyId;
    entry.input = parseBody(body);
    const call = () => perform(options.services[target as ServiceTarget], operation, entry.input, caller);
    const answer = await strike(fault, call, caller, operation);
    if (answer === "cut") return void request.socket.destroy();
    send(response, 200, answer);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    entry.error = error.name;
    send(response, error.status, { __type: error.name, message: error.message });
  }
}

/** Does what is asked, as far as the fault lets it. */
async function strike(
  fault: Fault | null,
  call: () => Promise<object>,
  { accessKeyId }: Caller,
  operation: string,
): Promise<object | "cut"> {
  switch (fault?.do) {
    case undefined:
      return call();
    case "throttle":
      throw new AwsError("ThrottlingException", "Rate exceeded");
    case "deny":
      throw new AwsError(
        "AccessDeniedException",
        `User: ${accessKeyId} is not authorized to perform: glue:${operation} because no identity-based policy allows the glue:${operation} action`,
      );
    case "expire token":
      throw new AwsError("ExpiredTokenException", "The security token included in the request is expired");
    case "refuse":
      throw new AwsError(fault.name, fault.message, fault.status);
    case "drop request":
      return "cut";
    case "drop answer":
      await call();
      return "cut";
    case "land later":
      // Whatever becomes of it, nobody is there to be told.
      void fault.until.then(call).catch(() => {});
      return "cut";
    case "hold":
      await fault.until;
      return call();
    case "rewrite":
      return fault.answer(await call());
    default:
      return fault satisfies never;
  }
}

async function perform(
  operations: Operations | undefined,
  name: string,
  input: Record<string, unknown>,
  caller: Caller,
): Promise<object> {
  const operation = operations?.[name];
  if (operation === undefined) throw new AwsError("UnknownOperationException", `not modelled: ${name}`);
  return operation(input, caller);
}

function readCaller(request: IncomingMessage, region: string, target: string): Caller {
  const scope =
    /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/\d{8}\/([^/,]+)\/([^/,]+)\/aws4_request,.*Signature=[0-9a-f]{64}$/.exec(
      readHeader(request, "authorization"),
    );
  if (scope === null) {
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", 403);
  }
  const [, accessKeyId = "", signedRegion = "", signedService = ""] = scope;
  if (signedRegion !== region || signingNames[signedService] !== target) {
    const expected = `Credential should be scoped to a valid region and service, not ${signedRegion}/${signedService}.`;
    throw new AwsError("InvalidSignatureException", expected, 403);
  }
  return { accessKeyId, region };
}

function parseBody(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    throw new AwsError("SerializationException", "the body is no JSON");
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed || response.headersSent) return;
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": randomUUID() };
  response.writeHead(status, headers).end(JSON.stringify(body));
}

function readHeader(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : "";
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
