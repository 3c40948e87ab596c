import pMap from "p-map";
import { ShardliftError } from "../errors.ts";
import type { ObjectStore } from "../ports.ts";
import { compareFiles } from "./compare.ts";
import type { DeployFile, FileChange, PlacePlan, Put } from "./types.ts";

export interface ConfigPlanInput {
  files: readonly DeployFile[];
  /** Of these files. */
  digest: string;
  /** Of the configuration that DAGs name now; null: of none. */
  deployedDigest: string | null;
}

export interface ConfigPlan extends PlacePlan {
  puts: Put[];
}

const readsAtOnce = 16;

/**
 * A configuration stands below its digest and is never changed, so that runs which began with a former one end with it;
 * former ones stay.
 */
export async function planConfig(store: ObjectStore, input: ConfigPlanInput): Promise<ConfigPlan> {
  const { files, digest, deployedDigest } = input;
  const there = await readBodies(store, digest);
  refuseForeign(store, digest, compareFiles(files, there));
  const deployed = digest === deployedDigest ? there : await readBodies(store, deployedDigest);
  const puts = files
    .filter(({ name }) => !there.has(name))
    .map(({ name, body }): Put => ({ key: `${digest}/${name}`, body, etag: null }));
  const changes = compareFiles(files, deployed);
  return { part: "configuration", changes, isInStep: puts.length === 0, puts };
}

/** By names below the digest; none where there is no digest. */
async function readBodies(store: ObjectStore, digest: string | null): Promise<Map<string, Uint8Array>> {
  if (digest === null) return new Map();
  const names: string[] = [];
  for await (const { key } of store.list(`${digest}/`)) names.push(key.slice(digest.length + 1));
  const bodies = await pMap(names, (name) => store.get(`${digest}/${name}`), { concurrency: readsAtOnce });
  return new Map(names.flatMap((name, at) => (bodies[at] ? [[name, bodies[at].body] as const] : [])));
}

/** Commands refuse a configuration that is not what its name says; so it is told before DAGs name it. */
function refuseForeign(store: ObjectStore, digest: string, changes: readonly FileChange[]): void {
  const wrong = changes.filter(({ change }) => change === "changed" || change === "removed");
  if (wrong.length === 0) return;
  throw new ShardliftError("data", {
    failed: "A deployed configuration is not what its name says; nothing was deployed.",
    rule: "a configuration stands under the hash of its files, and is never changed",
    received: `${wrong.map(({ name }) => `${digest}/${name}`).join(", ")} in ${store.location}`,
    remedy:
      "find out who else writes there, remove these objects and run again: only who deploys may write there",
  });
}
