import { ShardliftError } from "../../../errors.ts";
import type { SessionRequest } from "../read/storage-read/messages.ts";
import { createReadClient } from "../read/storage-read/read-client.ts";
import { isAheadOfGoogle, translateReadError } from "../read/storage-read/read-errors.ts";
import { parseShardSchema } from "../shard-schema.ts";
import type { Examining, NewestTable } from "./examining.ts";

/**
 * Makes a session of one column and one stream and reads nothing from it: it costs nothing, leaves nothing, and is gone
 * after six hours. That it can be read, too, is a matter of the same role.
 */
export async function lookAtSession(examining: Examining, newest: NewestTable): Promise<string> {
  const { options, doing, place } = examining;
  const name = `${place}.${newest.name}`;
  const client = createReadClient(options);
  const failed = `The rows of ${name} cannot be read.`;
  const signal = options.signal ?? new AbortController().signal;
  try {
    await client.createSession(buildRequest(examining, newest), signal);
  } catch (error) {
    signal.throwIfAborted();
    if (isAheadOfGoogle(error)) throw buildClockError(failed);
    throw translateReadError(error, { ...doing, failed, permission: "bigquery.readsessions.create" });
  } finally {
    await client.close();
  }
  return `a session to read ${newest.name} can be made in ${options.config.project} (bigquery.readsessions.create, bigquery.tables.getData); nothing was read`;
}

function buildRequest({ options, doing, dataset, place }: Examining, newest: NewestTable): SessionRequest {
  const nowMs = options.clock.now();
  const snapshotTime = { seconds: Math.floor(nowMs / 1_000), nanos: (nowMs % 1_000) * 1e6 };
  const [first] = parseShardSchema(newest.found.schema, `${place}.${newest.name}`);
  return {
    parent: `projects/${options.config.project}`,
    readSession: {
      table: `projects/${doing.project}/datasets/${dataset}/tables/${newest.name}`,
      dataFormat: "ARROW",
      tableModifiers: { snapshotTime },
      readOptions: {
        selectedFields: first === undefined ? [] : [first.name],
        arrowSerializationOptions: { bufferCompression: "ZSTD" },
      },
    },
    maxStreamCount: 1,
  };
}

function buildClockError(failed: string): ShardliftError {
  return new ShardliftError("config", {
    failed,
    rule: "a table is read as of a moment that has passed by Google's clock",
    received: "this machine's clock is ahead",
    remedy: "set this machine's clock (timedatectl set-ntp true; in a container: the host's)",
  });
}
