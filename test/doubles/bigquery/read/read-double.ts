import { createRequire } from "node:module";
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import type { TokenDesk } from "../tokens/desk.ts";
import type { BigQueryWorld } from "../world.ts";
import type { ArrowBatch } from "./arrow-content.ts";
import { type PlannedFault, ReadFault, takeFault, toStatus } from "./read-faults.ts";
import type { CreateRequest, ReadRequest } from "./read-types.ts";
import { createSessionDesk, type Session, type SessionSettings } from "./sessions.ts";

export interface ReadSettings extends SessionSettings {
  /** Breaks each call off after so many bytes, at least one batch; null: never. */
  cutEveryBytes: number | null;
}

export interface ReadCall {
  method: "CreateReadSession" | "ReadRows";
  /** Of the table or the stream. */
  name: string;
  offset: number;
  /** What was sent, in bytes of Arrow. */
  bytes: number;
  /** gRPC's code. */
  code: number;
}

export interface ReadDouble {
  /** `http://127.0.0.1:<port>`, plaintext. */
  endpoint: string;
  settings: ReadSettings;
  faults: PlannedFault[];
  log: ReadCall[];
  readonly sessions: Session[];
  /** Called after each batch that was sent, before the next one. */
  onBatch: (stream: string, batches: number) => void | Promise<void>;
  close(): void;
}

const path = "@google-cloud/bigquery-storage/build/protos/protos.json";
const options = { keepCase: false, longs: String, enums: String, defaults: true, oneofs: true };

/** BigQueryRead as Google's own protos describe it, on a free port of this machine; see README.md. */
export async function startReadDouble(
  world: BigQueryWorld,
  tokens: Pick<TokenDesk, "readPrincipal">,
  changes: Partial<ReadSettings> = {},
): Promise<ReadDouble> {
  const protos = createRequire(import.meta.url)(path);
  const service = fromJSON(protos, options)["google.cloud.bigquery.storage.v1.BigQueryRead"];
  const settings = { rowsPerBatch: 1_000, maxStreams: 8, codec: null, cutEveryBytes: null, ...changes };
  const desk = createSessionDesk(world, settings);
  const server = new Server({ "grpc.max_send_message_length": -1 });
  const double: ReadDouble = {
    endpoint: "",
    settings,
    faults: [],
    log: [],
    sessions: desk.sessions,
    onBatch: () => {},
    close: () => server.forceShutdown(),
  };
  const admit = (metadata: { get(name: string): unknown[] }) =>
    tokens.readPrincipal(String(metadata.get("authorization")[0] ?? ""));
  server.addService(service as ServiceDefinition, {
    CreateReadSession: (call: ServerUnaryCall<CreateRequest, object>, answer: sendUnaryData<object>) =>
      void createSession(call, answer),
    ReadRows: (call: ServerWritableStream<ReadRequest, object>) => void readRows(call),
    SplitReadStream: (_call: unknown, answer: sendUnaryData<object>) =>
      answer({ code: status.UNIMPLEMENTED, details: "not modelled: SplitReadStream" }),
  });

  async function createSession(
    call: ServerUnaryCall<CreateRequest, object>,
    answer: sendUnaryData<object>,
  ): Promise<void> {
    const name = call.request.readSession?.table ?? "";
    const entry: ReadCall = { method: "CreateReadSession", name, offset: 0, bytes: 0, code: status.OK };
    double.log.push(entry);
    try {
      requireRouting(call.metadata, `read_session.table=${encodeURIComponent(name)}`);
      admit(call.metadata);
      takeFault(double.faults, "CreateReadSession");
      const session = await desk.create(call.request);
      answer(null, renderSession(session));
    } catch (error) {
      const fault = toStatus(error);
      entry.code = fault.code;
      answer(fault);
    }
  }

  async function readRows(call: ServerWritableStream<ReadRequest, object>): Promise<void> {
    const { readStream: name } = call.request;
    const offset = Number(call.request.offset);
    const entry: ReadCall = { method: "ReadRows", name, offset, bytes: 0, code: status.OK };
    double.log.push(entry);
    try {
      requireRouting(call.metadata, `read_stream=${encodeURIComponent(name)}`);
      admit(call.metadata);
      takeFault(double.faults, "ReadRows");
      const { session, batches } = desk.findStream(name);
      await send(call, entry, session, skip(batches, offset));
      call.end();
    } catch (error) {
      const fault = toStatus(error);
      entry.code = fault.code;
      call.emit("error", fault);
    }
  }

  async function send(
    call: ServerWritableStream<ReadRequest, object>,
    entry: ReadCall,
    session: Session,
    batches: readonly ArrowBatch[],
  ): Promise<void> {
    for (const [index, { message, rows }] of batches.entries()) {
      if (call.cancelled) return;
      const head = index === 0 ? { arrowSchema: { serializedSchema: session.schema } } : {};
      const arrowRecordBatch = { serializedRecordBatch: message, rowCount: String(rows) };
      const isFree = call.write({ arrowRecordBatch, rowCount: String(rows), ...head });
      entry.bytes += message.length;
      await double.onBatch(entry.name, index + 1);
      desk.findStream(entry.name);
      const { cutEveryBytes } = settings;
      if (cutEveryBytes !== null && entry.bytes >= cutEveryBytes)
        throw new ReadFault(status.UNAVAILABLE, "the double broke the stream off");
      if (!isFree) await new Promise((resolve) => call.once("drain", resolve).once("cancelled", resolve));
    }
  }

  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  double.endpoint = `http://127.0.0.1:${port}`;
  return double;
}

/** Google routes by this header, and refuses or misroutes requests without it. */
function requireRouting(metadata: { get(name: string): unknown[] }, expected: string): void {
  const [routing] = metadata.get("x-goog-request-params");
  if (routing !== expected)
    throw new ReadFault(status.INVALID_ARGUMENT, `request failed: routed by ${routing}, not by ${expected}`);
}

function renderSession(session: Session): object {
  return {
    name: session.name,
    table: session.table,
    dataFormat: "ARROW",
    arrowSchema: { serializedSchema: session.schema },
    streams: [...session.streams.keys()].map((name) => ({ name })),
    estimatedRowCount: String(session.rows),
  };
}

/** An offset is in rows, and stands between two answers of the stream. */
function skip(batches: readonly ArrowBatch[], offset: number): ArrowBatch[] {
  let passed = 0;
  let index = 0;
  for (; index < batches.length && passed < offset; index += 1) passed += batches[index]!.rows;
  if (passed !== offset)
    throw new ReadFault(status.OUT_OF_RANGE, `request failed: no answer begins at offset ${offset}`);
  return batches.slice(index);
}
