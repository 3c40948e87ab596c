import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createFolderStore } from "../../src/adapters/folder/folder-store.ts";
import { createMemoryStore } from "../../src/adapters/memory/memory-store.ts";
import type { DeployFile, DeployRun } from "../../src/deploy/types.ts";
import type { ObjectStore } from "../../src/ports.ts";

/** Stores that a deploy may write to; S3's own is looked at in test/cli/deploy.slow.test.ts. */
export const stores: Record<string, () => Promise<ObjectStore>> = {
  memory: async () => createMemoryStore({ nowMs: () => 0 }),
  async folder() {
    const root = await mkdtemp(join(tmpdir(), "shardlift-deploy-"));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    return createFolderStore({ root });
  },
};

export function buildFiles(texts: Record<string, string>): DeployFile[] {
  return Object.entries(texts).map(([name, text]) => ({ name, body: Buffer.from(text) }));
}

/** Everything in a store, as text. */
export async function readAll(store: ObjectStore): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for await (const { key } of store.list("")) {
    texts[key] = Buffer.from((await store.get(key))!.body).toString();
  }
  return texts;
}

/** A store that tells what is changed in it, in order. */
export function watch(store: ObjectStore): { store: ObjectStore; changes: string[] } {
  const changes: string[] = [];
  return {
    changes,
    store: {
      ...store,
      async put(key, body, condition) {
        const result = await store.put(key, body, condition);
        changes.push(`${result.put ? "put" : "refused"} ${key}`);
        return result;
      },
      async remove(keys) {
        await store.remove(keys);
        changes.push(`remove ${keys.join(" ")}`);
      },
    },
  };
}

/** A run that asks once and tells what it is told. */
export function buildRun(more: Partial<DeployRun> = {}): DeployRun & { said: string[] } {
  const said: string[] = [];
  return {
    again: (work) => work(),
    signal: new AbortController().signal,
    report: (text) => void said.push(text),
    said,
    ...more,
  };
}
