import { nameRelations, type Relations } from "../../src/adapters/snowflake/names.ts";
import type { SnowflakeOptions } from "../../src/adapters/snowflake/options.ts";
import { openSession, type Parameters, type Session } from "../../src/adapters/snowflake/session.ts";
import { createSnowflakeWarehouse } from "../../src/adapters/snowflake/warehouse.ts";
import type { TableName } from "../../src/config/types.ts";
import { isShardliftError } from "../../src/errors.ts";
import type { ObjectStore, Warehouse } from "../../src/ports.ts";
import { firstRow, type Probe, type ProbeSpec, probeColumns, probeDays, writeProbe } from "./probe-files.ts";
import { renderVerifySql } from "./render-verify-sql.ts";

/** Where questions are asked: a schema and a lake folder of their own, and nothing else. */
export interface Bench {
  options: SnowflakeOptions;
  table: TableName;
  names: Relations;
  warehouse: Warehouse;
  /** For what needs no session of its own. */
  session: Session;
  /** One session for each set of parameters; they end with the work. */
  withSessions<T>(parameters: readonly Parameters[], work: (sessions: Session[]) => Promise<T>): Promise<T>;
  /** Two files of one day, the second without rows; a later generation of it; one of the next day. */
  probes: { first: Probe; second: Probe; next: Probe };
  write(spec: ProbeSpec): Promise<Probe>;
  /** Takes a file of the probes away. */
  remove(key: string): Promise<void>;
}

export interface BenchInput {
  options: SnowflakeOptions;
  store: ObjectStore;
  /** Tells this run's schema and folder from all others. */
  id: string;
  onNote(text: string): void;
}

/**
 * Makes the scratch schema and the probes, lets them be used, and takes both away again, however the work ends: with
 * sessions of its own that no signal ends.
 */
export async function withBench<T>(input: BenchInput, work: (bench: Bench) => Promise<T>): Promise<T> {
  const { options, store, id, onNote } = input;
  const schema = `SHARDLIFT_VERIFY_${id.toUpperCase()}`;
  const prefix = `_verify/${id}/`;
  const names = nameRelations(options.config.database, { schema, table: "probe" });
  const session = await openSession(options);
  onNote(`scratch schema ${names.schema.sql}, files below ${prefix}`);
  const warehouse = createSnowflakeWarehouse(options);
  let isOurs = true;
  try {
    await createScratch(session, names).catch((error: unknown) => {
      // What was refused is not there, or somebody else's; of what was not answered nobody knows.
      if (isShardliftError(error) && !error.retryable) isOurs = false;
      throw error;
    });
    return await work(
      await furnish(input, { session, warehouse, names }, { schema, table: "probe" }, prefix),
    );
  } finally {
    await Promise.all([session.end(), warehouse.close()]);
    onNote("taking schema and files away");
    if (isOurs) await dropScratch(options, names);
    await removeFiles(store, prefix);
  }
}

async function createScratch(session: Session, { schema }: Relations): Promise<void> {
  const failed = `The scratch schema ${schema.sql} cannot be made.`;
  await session.run(renderVerifySql("create-scratch", { schema }), { failed });
}

async function dropScratch(
  { signal: _, ...options }: SnowflakeOptions,
  { schema }: Relations,
): Promise<void> {
  const session = await openSession(options);
  const failed = `The scratch schema ${schema.sql} cannot be dropped: drop it yourself.`;
  await session.run(renderVerifySql("drop-scratch", { schema }), { failed }).finally(session.end);
}

async function removeFiles(store: ObjectStore, prefix: string): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  await store.remove(keys);
}

async function furnish(
  { options, store }: BenchInput,
  made: Pick<Bench, "session" | "warehouse" | "names">,
  table: TableName,
  prefix: string,
): Promise<Bench> {
  const write = (spec: ProbeSpec) => writeProbe(store, prefix, spec);
  const [day, following] = probeDays;
  const other = (seed: string) => ({ event_id: seed.repeat(32), event_name: `row ${seed}` });
  const probes = {
    first: await write({ day, generation: "g1", files: [[firstRow, other("a")], []] }),
    second: await write({ day, generation: "g2", files: [[other("b")]] }),
    next: await write({ day: following, generation: "n1", files: [[other("c")]] }),
  };
  await made.warehouse.prepare(table, probeColumns);
  return {
    ...made,
    options,
    table,
    probes,
    write,
    remove: (key) => store.remove([key]),
    async withSessions(parameters, work) {
      const opened = await Promise.allSettled(parameters.map((more) => openSession(options, more)));
      const sessions = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      try {
        const refused = opened.find((one) => one.status === "rejected");
        if (refused !== undefined) throw refused.reason;
        return await work(sessions);
      } finally {
        await Promise.all(sessions.map((one) => one.end()));
      }
    },
  };
}
