/** Stands between the SDK and a server: counts calls and makes some of them fail as networks and AWS do. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

export type Fault =
  /** Done, and never answered. */
  | { fault: "lost" }
  /** Not done, and never answered. */
  | { fault: "reset" }
  /** Not done, not answered, and the connection stays. */
  | { fault: "held" }
  /** Not done, and told so in S3's form. */
  | { fault: "answer"; status: number; code: string; message?: string; headers?: Record<string, string> }
  /** Answered, and its body ends never. */
  | { fault: "slow" }
  /** Answered, and its body breaks off. */
  | { fault: "cut" };

export type FaultRule = Fault & {
  /** `PutObject`, as S3's API calls it. */
  operation: string;
  key?: string | RegExp;
  /** How many calls it hits; without it every one. */
  times?: number;
  /** Calls that pass before. */
  after?: number;
};

export interface AwsProxy {
  endpoint: string;
  /** `PutObject a/b.json`, `ListObjectsV2 a/`, in the order in which they came. */
  calls: string[];
  /** When each call was signed, by its caller's clock, ms. */
  signedMs: number[];
  /** Headers of each call. */
  headers: IncomingHttpHeaders[];
  /** How many calls were on at once at most. */
  mostAtOnce(): number;
  /** Date that answers tell, ms; null: the server's own. */
  setDate(nowMs: number | null): void;
  inject(rule: FaultRule): void;
  /** Takes every rule back and forgets the calls. */
  reset(): void;
  stop(): Promise<void>;
}

/** @param upstream endpoint of the server */
export async function startAwsProxy(upstream: string): Promise<AwsProxy> {
  let rules: (FaultRule & { seen: number })[] = [];
  let date: string | null = null;
  const calls: string[] = [];
  const signedMs: number[] = [];
  const headers: IncomingHttpHeaders[] = [];
  let [now, most] = [0, 0];
  const server = createServer((incoming, answer) => {
    const { operation, key } = readOperation(incoming);
    calls.push(key === "" ? operation : `${operation} ${key}`);
    signedMs.push(readSignedMs(incoming));
    headers.push(incoming.headers);
    now += 1;
    most = Math.max(most, now);
    answer.once("close", () => {
      now -= 1;
    });
    const rule = rules.find((candidate) => hits(candidate, operation, key));
    // A server that has gone away answers nobody.
    pass(incoming, answer, upstream, rule ?? null, date).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    signedMs,
    headers,
    mostAtOnce: () => most,
    setDate(nowMs) {
      date = nowMs === null ? null : new Date(nowMs).toUTCString();
    },
    inject: (rule) => rules.push({ ...rule, seen: 0 }),
    reset() {
      rules = [];
      date = null;
      calls.length = 0;
      signedMs.length = 0;
      headers.length = 0;
      most = now;
    },
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function hits(rule: FaultRule & { seen: number }, operation: string, key: string) {
  if (rule.operation !== operation || !fits(rule.key, key)) return false;
  rule.seen += 1;
  const after = rule.after ?? 0;
  return rule.seen > after && rule.seen <= after + (rule.times ?? Number.POSITIVE_INFINITY);
}

function fits(wanted: string | RegExp | undefined, key: string): boolean {
  return wanted instanceof RegExp ? wanted.test(key) : wanted === undefined || wanted === key;
}

/** When the caller says that it signed, ms. */
function readSignedMs({ headers }: IncomingMessage): number {
  const compact = String(headers["x-amz-date"]);
  return Date.parse(compact.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

/** Path style: `/bucket/key`; other services name their operation in a header. */
function readOperation({ method = "", url = "", headers }: IncomingMessage): {
  operation: string;
  key: string;
} {
  const named = headers["x-amz-target"];
  if (typeof named === "string") return { operation: named.split(".").at(-1) ?? named, key: "" };
  const { pathname, searchParams } = new URL(url, "http://server");
  const key = decodeURIComponent(pathname.split("/").slice(2).join("/"));
  const operation = nameOperation(method, key, searchParams);
  return { operation, key: operation === "ListObjectsV2" ? (searchParams.get("prefix") ?? "") : key };
}

function nameOperation(method: string, key: string, query: URLSearchParams): string {
  if (query.has("uploads")) return "CreateMultipartUpload";
  if (query.has("delete")) return "DeleteObjects";
  if (query.has("list-type")) return "ListObjectsV2";
  if (query.has("uploadId")) {
    const names: Record<string, string> = { PUT: "UploadPart", POST: "CompleteMultipartUpload" };
    return names[method] ?? "AbortMultipartUpload";
  }
  const what = key === "" ? "Bucket" : "Object";
  const verbs: Record<string, string> = {
    PUT: key === "" ? "Create" : "Put",
    GET: "Get",
    HEAD: "Head",
    DELETE: "Delete",
  };
  return `${verbs[method] ?? method}${what}`;
}

async function pass(
  incoming: IncomingMessage,
  answer: ServerResponse,
  upstream: string,
  rule: FaultRule | null,
  date: string | null,
): Promise<void> {
  const body = await readWhole(incoming).catch(() => null);
  if (body === null) return;
  if (rule?.fault === "held") return;
  if (rule?.fault === "reset") return void incoming.socket.destroy();
  if (rule?.fault === "answer") return tell(answer, rule, date);
  const told = await forward(incoming, body, upstream);
  if (rule?.fault === "lost") return void incoming.socket.destroy();
  const headers = { ...told.headers, ...(date === null ? {} : { date }) };
  answer.writeHead(told.status, headers);
  if (rule?.fault === "slow") return void answer.write(told.body.subarray(0, 1));
  if (rule?.fault === "cut") {
    answer.write(told.body.subarray(0, Math.max(1, told.body.length >> 1)), () => incoming.socket.destroy());
    return;
  }
  answer.end(told.body);
}

function tell(answer: ServerResponse, rule: FaultRule & { fault: "answer" }, date: string | null): void {
  const { status, code, message = "Said by the proxy.", headers = {} } = rule;
  answer.writeHead(status, {
    "content-type": "application/xml",
    "x-amz-request-id": "0123456789ABCDEF",
    ...(date === null ? {} : { date }),
    ...headers,
  });
  answer.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

interface Told {
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
}

function forward(incoming: IncomingMessage, body: Buffer, upstream: string): Promise<Told> {
  return new Promise((resolve, reject) => {
    const { host, port } = new URL(upstream);
    const headers = { ...incoming.headers, host, connection: "close" };
    const { method, url: path } = incoming;
    const outgoing = request({ host: "127.0.0.1", port, method, path, headers }, (response) => {
      readWhole(response).then(
        (whole) => resolve({ status: response.statusCode ?? 500, headers: response.headers, body: whole }),
        reject,
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function readWhole(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
