import pMap from "p-map";
import { isShardliftError } from "../../../../errors.ts";
import type { Doing } from "../../known-errors.ts";
import type { Again } from "../transport.ts";
import type { ReadSession, SessionRequest } from "./messages.ts";
import { type PartThreads, startPartThreads } from "./part-threads.ts";
import type { ReadClient } from "./read-client.ts";
import { isAheadOfGoogle, isSessionOver, isUnauthenticated, translateReadError } from "./read-errors.ts";

export interface TableRead {
  client: ReadClient;
  again: Again;
  request: SessionRequest;
  doing: Doing;
  /** `project.dataset.table`, for messages. */
  name: string;
  folder: string;
  threads: number;
  partBytes: number;
  signal: AbortSignal;
  /** Totals so far; bytes as they came over the network. */
  onRows(rows: number, bytes: number): void;
}

export interface ReadRows {
  paths: string[];
  rows: number;
}

/** The session's time is over: its rows so far are of no use, since another one deals them out otherwise. */
export class SessionOver extends Error {}

/** The moment as of which the table is to be read lies ahead by Google's clock. */
export class AheadOfGoogle extends Error {}

/**
 * Reads a table once, through one session: all its streams at once, each as fast as its rows are written.
 * @throws SessionOver, AheadOfGoogle; or ShardliftError
 */
export async function readTable(read: TableRead): Promise<ReadRows> {
  const session = await read.again(() =>
    guard(read, () => read.client.createSession(read.request, read.signal)),
  );
  const schema = session.arrowSchema?.serializedSchema;
  if (session.streams.length === 0 || schema === undefined) return { paths: [], rows: 0 };
  const { folder, threads, partBytes, name: table } = read;
  const count = Math.min(threads, session.streams.length);
  const writers = startPartThreads({ folder, schema, partBytes, table, threads: count });
  try {
    const rows = await readStreams(read, session, writers);
    return { paths: await writers.finish(), rows };
  } finally {
    await writers.stop();
  }
}

/** The first stream that fails ends the others. */
async function readStreams(read: TableRead, { streams }: ReadSession, writers: PartThreads): Promise<number> {
  const others = new AbortController();
  const signal = AbortSignal.any([read.signal, others.signal]);
  const total = { rows: 0, bytes: 0 };
  const take = async (lane: number, batch: Buffer, rows: number) => {
    await writers.write(lane, batch, rows);
    total.rows += rows;
    total.bytes += batch.length;
    read.onRows(total.rows, total.bytes);
  };
  const one = async ({ name }: { name: string }, lane: number) => {
    await readStream({ ...read, signal }, name, (batch, rows) => take(lane, batch, rows));
  };
  try {
    await pMap(streams, one, { concurrency: streams.length });
  } catch (error) {
    others.abort(error);
    throw error;
  }
  return total.rows;
}

type Take = (batch: Buffer, rows: number) => Promise<void>;

/** Goes on where a broken stream stopped; as long as each call brings rows, it may break as often as it likes. */
async function readStream(read: TableRead, stream: string, take: Take): Promise<void> {
  let offset = 0;
  const goOn = async (): Promise<"ended" | "broken"> => {
    const before = offset;
    try {
      await guard(read, async () => {
        for await (const { rowCount, arrowRecordBatch } of read.client.readRows(
          stream,
          offset,
          read.signal,
        )) {
          const rows = Number(rowCount);
          if (arrowRecordBatch !== null && rows > 0) await take(arrowRecordBatch.serializedRecordBatch, rows);
          offset += rows;
        }
      });
      return "ended";
    } catch (error) {
      if (offset > before && isShardliftError(error) && error.retryable) return "broken";
      throw error;
    }
  };
  while ((await read.again(goOn)) === "broken") read.signal.throwIfAborted();
}

/** One call; errors are ours. */
async function guard<T>({ client, doing, signal }: TableRead, work: () => Promise<T>): Promise<T> {
  try {
    signal.throwIfAborted();
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    if (isSessionOver(error)) throw new SessionOver();
    if (isAheadOfGoogle(error)) throw new AheadOfGoogle();
    if (isUnauthenticated(error)) client.forgetToken();
    throw translateReadError(error, { ...doing, principal: doing.principal ?? client.principal() });
  }
}
