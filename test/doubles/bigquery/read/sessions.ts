import { status } from "@grpc/grpc-js";
import { denyAccess } from "../errors.ts";
import { requirePermission, requireProject } from "../rest/access.ts";
import { type BigQueryWorld, findTable, type TableState } from "../world.ts";
import { type ArrowBatch, type ArrowContent, readArrowContent } from "./arrow-content.ts";
import type { Codec } from "./pack-stream.ts";
import { ReadFault } from "./read-faults.ts";
import type { CreateRequest } from "./read-types.ts";

/** As documented. */
const sessionMs = 6 * 3_600_000;
const timeTravelMs = 7 * 86_400_000;

export interface Session {
  name: string;
  table: string;
  createdMs: number;
  snapshotMs: number;
  /** As they were asked for; empty: all. */
  columns: string[];
  codec: Codec;
  schema: Buffer;
  rows: number;
  /** By name. */
  streams: Map<string, ArrowBatch[]>;
}

export interface SessionDesk {
  create(request: CreateRequest): Promise<Session>;
  /** @throws ReadFault where there is no such stream, or its session's time is over */
  findStream(name: string): { session: Session; batches: ArrowBatch[] };
  readonly sessions: Session[];
}

export interface SessionSettings {
  /** Most rows in a batch. */
  rowsPerBatch: number;
  /** Most streams of a session. */
  maxStreams: number;
  /** Packs buffers otherwise than asked for; null: as asked. */
  codec: Codec | null;
}

/** One version of a table that somebody has read: it can be read again as of then, though its files have changed. */
interface Version {
  modifiedMs: number;
  contents: Map<string, ArrowContent>;
  files: string[];
}

export function createSessionDesk(world: BigQueryWorld, settings: SessionSettings): SessionDesk {
  const sessions: Session[] = [];
  const versions = new Map<string, Version[]>();
  return {
    sessions,
    async create(request) {
      const asked = checkRequest(world, request);
      const version = pickVersion(versions, asked);
      const codec = settings.codec ?? asked.codec;
      const content = await readContent(version, asked.columns, codec, settings.rowsPerBatch);
      const name = `projects/p/locations/${asked.location.toLowerCase()}/sessions/s${sessions.length}`;
      const count = Math.min(request.maxStreamCount || settings.maxStreams, settings.maxStreams);
      const session: Session = {
        name,
        table: request.readSession!.table,
        createdMs: world.clock.now(),
        snapshotMs: asked.snapshotMs,
        columns: asked.columns,
        codec,
        schema: content.schema,
        rows: content.batches.reduce((sum, { rows }) => sum + rows, 0),
        streams: deal(content.batches, count, name),
      };
      sessions.push(session);
      return session;
    },
    findStream: (name) => findStream(world, sessions, name),
  };
}

function findStream(world: BigQueryWorld, sessions: readonly Session[], name: string) {
  const session = sessions.find((one) => one.streams.has(name));
  if (session === undefined) throw new ReadFault(status.NOT_FOUND, `Not found: ${name}`);
  const endsMs = session.createdMs + sessionMs;
  if (world.clock.now() >= endsMs) {
    const text = `there was an error operating on '${name}': session expired at ${new Date(endsMs).toISOString()}`;
    throw new ReadFault(status.FAILED_PRECONDITION, text);
  }
  return { session, batches: session.streams.get(name)! };
}

/** Batches in turn, to as many streams as there are batches for; a table without rows has no stream. */
function deal(batches: readonly ArrowBatch[], count: number, name: string): Map<string, ArrowBatch[]> {
  const streams = new Map<string, ArrowBatch[]>();
  for (let index = 0; index < Math.min(count, batches.length); index += 1) {
    const mine = batches.filter((_, place) => place % count === index);
    streams.set(`${name}/streams/${index}`, mine);
  }
  return streams;
}

interface Asked {
  key: string;
  table: TableState;
  location: string;
  columns: string[];
  codec: Codec;
  snapshotMs: number;
}

function invalid(text: string): ReadFault {
  return new ReadFault(status.INVALID_ARGUMENT, `request failed: ${text}`);
}

function checkRequest(world: BigQueryWorld, { parent, readSession }: CreateRequest): Asked {
  const [, billed] = /^projects\/([^/]+)$/.exec(parent) ?? [];
  const key = readSession?.table ?? "";
  const [, project, dataset, table] =
    /^projects\/([^/]+)\/datasets\/([^/]+)\/tables\/([^/]+)$/.exec(key) ?? [];
  if (billed === undefined || project === undefined || dataset === undefined || table === undefined)
    throw invalid(`no such resource: ${parent}, ${key}`);
  requireProject(world, billed);
  if (world.denied.has("bigquery.readsessions.create"))
    throw denyAccess("bigquery.readsessions.create", `Project ${billed}`);
  requirePermission(world, "bigquery.tables.getData", `Table ${project}:${dataset}.${table}`);
  const state = findTable(world, project, dataset, table);
  if (state.type !== "TABLE") throw invalid(`${key} is a ${state.type}: not modelled`);
  if (readSession?.dataFormat !== "ARROW") throw invalid(`not modelled: ${readSession?.dataFormat}`);
  const options = readSession.readOptions;
  if (options?.rowRestriction) throw invalid(`not modelled: ${options.rowRestriction}`);
  const columns = options?.selectedFields ?? [];
  const known = new Set(state.schema.map(({ name }) => name));
  const stranger = columns.find((column) => !known.has(column));
  if (stranger !== undefined) throw invalid(`The following selected fields do not exist: ${stranger}`);
  const codec = (options?.arrowSerializationOptions?.bufferCompression ?? "COMPRESSION_UNSPECIFIED") as Codec;
  const { location } = world.datasets.get(`${project}:${dataset}`)!;
  return { key, table: state, location, columns, codec, snapshotMs: readSnapshot(world, readSession, state) };
}

type AskedSession = NonNullable<CreateRequest["readSession"]>;

function readSnapshot(world: BigQueryWorld, { tableModifiers }: AskedSession, { createdMs }: TableState) {
  const time = tableModifiers?.snapshotTime;
  const nowMs = world.clock.now();
  if (!time) return nowMs;
  const snapshotMs = Number(time.seconds) * 1_000 + Math.floor(time.nanos / 1e6);
  if (snapshotMs > nowMs) throw invalid("Snapshot time is in the future");
  if (snapshotMs < createdMs) throw invalid("Snapshot time is before the table was created");
  if (snapshotMs < nowMs - timeTravelMs) throw invalid("Snapshot time is beyond the time travel window");
  return snapshotMs;
}

/** The newest version that was there at that time. */
function pickVersion(versions: Map<string, Version[]>, { key, table, snapshotMs }: Asked): Version {
  const known = versions.get(key) ?? [];
  versions.set(key, known);
  if (!known.some(({ modifiedMs }) => modifiedMs === table.modifiedMs))
    known.push({ modifiedMs: table.modifiedMs, contents: new Map(), files: table.files });
  const version = known.findLast(({ modifiedMs }) => modifiedMs <= snapshotMs);
  if (version === undefined) throw invalid("not modelled: a version that nobody has read");
  return version;
}

async function readContent(
  { contents, files }: Version,
  columns: string[],
  codec: Codec,
  rowsPerBatch: number,
): Promise<ArrowContent> {
  const key = JSON.stringify([columns, codec, rowsPerBatch]);
  const content = contents.get(key) ?? (await readArrowContent({ files, columns, codec, rowsPerBatch }));
  contents.set(key, content);
  return content;
}
