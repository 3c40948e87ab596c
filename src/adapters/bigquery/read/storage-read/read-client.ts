import { setMaxListeners } from "node:events";
import type { ClientReadableStream, ServiceError } from "@grpc/grpc-js";
import { translateAuthError } from "../../auth/auth-errors.ts";
import { createAuthClient } from "../../auth/create-auth-client.ts";
import { describeSignIn } from "../../auth/describe-sign-in.ts";
import { readPrincipal } from "../../auth/read-principal.ts";
import type { AuthClient } from "../../driver.ts";
import type { BigQueryOptions } from "../../options.ts";
import { withinTime } from "../../within-time.ts";
import type { ReadRowsAnswer, ReadSession, SessionRequest } from "./messages.ts";

/** Google's own address; a private endpoint or a stand-in may take its place. */
const googleEndpoint = "https://bigquerystorage.googleapis.com";

/** Longest wait for a session, ms: large tables take their time. */
const sessionMs = 120_000;
/** Longest silence of a stream, ms: longer means that nobody is there any more. */
const silenceMs = 120_000;

/** BigQueryRead, each call asked once: who asks again knows how far it has come. */
export interface ReadClient {
  /** Who signed in last, as whoever grants rights names them; null where nobody can tell. */
  principal(): string | null;
  createSession(request: SessionRequest, signal: AbortSignal): Promise<ReadSession>;
  /** Answers from a row on, as they are asked for: nothing is fetched ahead of what flow control allows. */
  readRows(stream: string, offset: number, signal: AbortSignal): AsyncIterable<ReadRowsAnswer>;
  /** Signs in anew before the next call. */
  forgetToken(): void;
  close(): Promise<void>;
}

type Grpc = typeof import("@grpc/grpc-js");
type Calls = Record<"createReadSession" | "readRows", (...input: unknown[]) => unknown>;

interface Channel {
  grpc: Grpc;
  calls: Calls;
  close(): void;
}

/** Nothing is loaded, and nobody signs in, before the first call. */
export function createReadClient(options: BigQueryOptions): ReadClient {
  let channel: Promise<Channel> | null = null;
  let auth: Promise<AuthClient> | null = null;
  let principal: string | null = null;
  const open = async (routing: string) => {
    channel ??= openChannel(options);
    auth ??= createAuthClient(options);
    try {
      const headers = await buildHeaders(options, await auth, routing);
      principal = readPrincipal(options.config, await auth);
      return { ...(await channel), headers };
    } catch (error) {
      channel = null;
      auth = null;
      throw error;
    }
  };
  return {
    principal: () => principal,
    async createSession(request, signal) {
      const routing = `read_session.table=${encodeURIComponent(request.readSession.table)}`;
      return callOnce(await open(routing), request, signal);
    },
    async *readRows(readStream, offset, signal) {
      const opened = await open(`read_stream=${encodeURIComponent(readStream)}`);
      yield* readAnswers(opened, { readStream, offset: String(offset) }, signal);
    },
    forgetToken() {
      auth = null;
    },
    async close() {
      const opened = channel;
      channel = null;
      (await opened?.catch(() => null))?.close();
    },
  };
}

async function openChannel(options: BigQueryOptions): Promise<Channel> {
  const { v1, grpc } = await loadStorage();
  const { protocol, hostname, port } = new URL(options.config.readEndpoint ?? googleEndpoint);
  const isPlain = protocol === "http:";
  const client = new v1.BigQueryReadClient({
    servicePath: hostname,
    port: Number(port) || (isPlain ? 80 : 443),
    // The token goes with each call: credentials of the channel refuse a stand-in without TLS.
    sslCreds: isPlain ? grpc.credentials.createInsecure() : grpc.credentials.createSsl(),
    projectId: options.config.project,
    // Else it looks for somebody who is signed in on this machine, to learn what it is told here.
    clientOptions: { universeDomain: "googleapis.com" },
  } as ConstructorParameters<typeof v1.BigQueryReadClient>[0]);
  // The bare calls: the wrapped ones repeat a broken stream from its beginning.
  const calls = (await client.initialize()) as unknown as Calls;
  return { grpc, calls, close: () => void client.close().catch(() => {}) };
}

async function loadStorage() {
  const [storage, grpc] = await Promise.all([
    import("@google-cloud/bigquery-storage"),
    import("@grpc/grpc-js"),
  ]);
  // A CommonJS package: all of it is the default export, whatever its types say.
  const { v1 } = (storage as unknown as { default: typeof storage }).default;
  return { v1, grpc: (grpc as unknown as { default: Grpc }).default ?? grpc };
}

async function buildHeaders({ config }: BigQueryOptions, auth: AuthClient, routing: string) {
  try {
    return [...(await auth.getRequestHeaders()).entries(), ["x-goog-request-params", routing] as const];
  } catch (error) {
    throw translateAuthError(error, describeSignIn(config));
  }
}

type Open = Channel & { headers: readonly (readonly [string, string])[] };

function buildMetadata({ grpc, headers }: Open) {
  const metadata = new grpc.Metadata();
  for (const [name, value] of headers) metadata.set(name, value);
  return metadata;
}

async function callOnce(open: Open, request: SessionRequest, signal: AbortSignal): Promise<ReadSession> {
  let call: { cancel(): void } | null = null;
  const answer = new Promise<ReadSession>((resolve, reject) => {
    const done = (error: ServiceError | null, session: ReadSession) =>
      error === null ? resolve(session) : reject(error);
    call = open.calls.createReadSession(request, buildMetadata(open), done) as { cancel(): void };
  });
  try {
    return await withinTime(answer, sessionMs, signal);
  } finally {
    (call as { cancel(): void } | null)?.cancel();
  }
}

async function* readAnswers(
  open: Open,
  request: { readStream: string; offset: string },
  signal: AbortSignal,
): AsyncIterable<ReadRowsAnswer> {
  setMaxListeners(0, signal);
  const call = open.calls.readRows(request, buildMetadata(open)) as ClientReadableStream<ReadRowsAnswer>;
  const cancel = () => call.cancel();
  const silence = startSilence(() => call.destroy(buildSilenceError()));
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    for await (const answer of call) {
      silence.stop();
      yield answer;
      silence.restart();
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    silence.stop();
    signal.removeEventListener("abort", cancel);
    call.cancel();
  }
}

function buildSilenceError(): Error {
  return Object.assign(new Error(`nothing came for ${silenceMs} ms`), { code: "ETIMEDOUT" });
}

/** Counts only while an answer is awaited: whoever writes rows may take longer. */
function startSilence(onSilence: () => void) {
  let timer = setTimeout(onSilence, silenceMs);
  return {
    stop: () => clearTimeout(timer),
    restart() {
      clearTimeout(timer);
      timer = setTimeout(onSilence, silenceMs);
    },
  };
}
