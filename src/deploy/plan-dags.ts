import pMap from "p-map";
import { ShardliftError } from "../errors.ts";
import type { ObjectStore } from "../ports.ts";
import { compareFiles } from "./compare.ts";
import { type DagIndex, readDagIndex } from "./dag-index.ts";
import type { DeployFile, FileChange, PlacePlan, Put } from "./types.ts";

export interface DagsPlan extends PlacePlan {
  /** In this order. */
  puts: Put[];
  /** Keys; only what an earlier deploy has put. */
  removals: string[];
  index: DagIndex;
  /** Names that deploys own from now on. */
  names: string[];
  /** What is there now, of the names that deploys own or would put. */
  there: Map<string, { body: Uint8Array; etag: string }>;
}

const readsAtOnce = 16;

/**
 * What the DAG folder has to become. Names that no deploy has put are somebody else's: they are left, and refused where
 * one of ours has to stand there.
 * @param files in the order in which they are put
 */
export async function planDags(store: ObjectStore, files: readonly DeployFile[]): Promise<DagsPlan> {
  const index = await readDagIndex(store);
  const names = files.map(({ name }) => name);
  const there = await readThere(store, new Set([...index.names, ...names]));
  const bodies = new Map([...there].map(([name, { body }]) => [name, body]));
  const changes = compareFiles(files, bodies);
  refuseForeign(
    store,
    pickNames(changes, "changed").filter((name) => !index.names.includes(name)),
  );
  const moved = new Set([...pickNames(changes, "new"), ...pickNames(changes, "changed")]);
  const puts = files
    .filter(({ name }) => moved.has(name))
    .map(({ name, body }): Put => ({ key: name, body, etag: there.get(name)?.etag ?? null }));
  const removals = pickNames(changes, "removed");
  const isKnown = index.names.join("\n") === names.toSorted().join("\n");
  const isInStep = puts.length === 0 && removals.length === 0 && isKnown;
  return { part: "DAGs", changes, isInStep, puts, removals, index, names, there };
}

function pickNames(changes: readonly FileChange[], wanted: FileChange["change"]): string[] {
  return changes.flatMap(({ name, change }) => (change === wanted ? [name] : []));
}

async function readThere(store: ObjectStore, names: ReadonlySet<string>): Promise<DagsPlan["there"]> {
  const present: string[] = [];
  for await (const { key } of store.list("")) if (names.has(key)) present.push(key);
  const found = await pMap(present, (name) => store.get(name), { concurrency: readsAtOnce });
  return new Map(present.flatMap((name, at) => (found[at] ? [[name, found[at]] as const] : [])));
}

function refuseForeign(store: ObjectStore, names: readonly string[]): void {
  if (names.length === 0) return;
  throw new ShardliftError("refused", {
    failed: "Files that no deploy has put stand where DAG files belong; nothing was deployed.",
    rule: "deploy changes and removes only what it put itself",
    received: `${names.join(", ")} in ${store.location}`,
    remedy: "give airflow.dags a prefix of its own below Airflow's DAG folder, or remove these files",
  });
}
