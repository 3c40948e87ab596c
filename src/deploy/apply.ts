import pMap from "p-map";
import { formatPlural } from "../plan/format.ts";
import type { ObjectStore } from "../ports.ts";
import { indexKey, renderDagIndex } from "./dag-index.ts";
import type { ConfigPlan } from "./plan-config.ts";
import type { DagsPlan } from "./plan-dags.ts";
import { putObject } from "./put-object.ts";
import type { DeployRun } from "./types.ts";

const putsAtOnce = 16;

/** Puts what is missing of a configuration; nobody reads it before DAGs name it, so its order is no matter. */
export async function applyConfig(store: ObjectStore, { puts }: ConfigPlan, run: DeployRun): Promise<void> {
  await pMap(
    puts,
    async (put) => {
      run.signal.throwIfAborted();
      await putObject(store, put, run);
    },
    { concurrency: putsAtOnce },
  );
  if (puts.length > 0) run.report(`configuration: ${formatPlural(puts.length, "object")} put`);
}

/**
 * Brings the DAG folder to its plan, one object after the other in the plan's order. Names are ours before their objects
 * are there, so that a deploy which ended halfway leaves nothing that the next one would take for somebody else's.
 */
export async function applyDags(store: ObjectStore, plan: DagsPlan, run: DeployRun): Promise<void> {
  const { index, names, puts, removals } = plan;
  const etag = await putIndex(store, [...index.names, ...names], index, run);
  for (const put of puts) {
    run.signal.throwIfAborted();
    await putObject(store, put, run);
    run.report(`DAGs: put ${put.key}`);
  }
  run.signal.throwIfAborted();
  if (removals.length > 0) {
    await store.remove(removals);
    run.report(`DAGs: removed ${removals.join(", ")}`);
  }
  await putIndex(store, names, { names: [...new Set([...index.names, ...names])].sort(), etag }, run);
}

/** @returns the etag of what stands there then; nothing is put where it says the same already */
async function putIndex(
  store: ObjectStore,
  names: readonly string[],
  former: DagsPlan["index"],
  run: DeployRun,
): Promise<string | null> {
  const body = renderDagIndex(names);
  const isSame = Buffer.compare(body, renderDagIndex(former.names)) === 0;
  if (isSame && former.etag !== null) return former.etag;
  run.signal.throwIfAborted();
  return putObject(store, { key: indexKey, body, etag: former.etag }, run);
}
